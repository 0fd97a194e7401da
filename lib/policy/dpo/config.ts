/** Configuration of direct preference optimization. */
import type { FieldTable } from '../../config';
import { loopFields } from '../../train/fields';
import type { LoopConfig } from '../../train/loop';
import { dpoLossTypes, type DpoLossType } from './pair-loss';

export interface DpoConfig extends LoopConfig {
  readonly seed: number;
  readonly maxSteps: number;
  /** Pairs a step. */
  readonly batchSize: number;
  readonly gradientAccumulationSteps: number;
  readonly maxPromptTokens: number;
  readonly maxResponseTokens: number;
  readonly lossType: DpoLossType;
  readonly beta: number;
  readonly labelSmoothing: number;
  readonly chosenSftCoef: number;
  readonly sftLossCoef: number;
  readonly sftBatchSize: number;
  readonly samplesEvery: number;
}

export const dpoFields: FieldTable<DpoConfig> = {
  ...loopFields,
  learningRate: { ...loopFields.learningRate, default: 1e-6, source: 'TRL' },
  seed: { doc: 'seed of every random number of the run', type: 'integer', default: 1, min: 0 },
  maxSteps: { doc: 'optimizer steps', type: 'integer', default: 200, min: 1, unit: 'steps', source: 'ours' },
  batchSize: { doc: 'pairs a step', type: 'integer', default: 16, min: 1, unit: 'pairs', source: 'ours' },
  gradientAccumulationSteps: {
    doc: 'parts that a step is cut into to save memory; their gradients are added',
    type: 'integer',
    default: 1,
    min: 1,
    source: 'transformers',
  },
  maxPromptTokens: {
    doc: 'longer prompts lose their beginning',
    type: 'integer',
    default: 512,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  },
  maxResponseTokens: {
    doc: 'longer responses lose their end',
    type: 'integer',
    default: 512,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  },
  lossType: {
    doc: 'form of the loss on the difference of log-ratios',
    type: dpoLossTypes,
    default: 'sigmoid',
    source: 'TRL',
  },
  beta: {
    doc: 'strength of the pull towards the reference; for ipo its regularization τ',
    type: 'number',
    default: 0.1,
    min: 0,
    exclusiveMin: true,
    source: 'TRL',
  },
  labelSmoothing: {
    doc: 'probability that a label is flipped',
    type: 'number',
    default: 0,
    min: 0,
    max: 0.499,
    source: 'TRL',
  },
  chosenSftCoef: {
    doc: "weight of the next-token loss on the chosen responses (TRL's `sft` loss type)",
    type: 'number',
    default: 0,
    min: 0,
    source: 'TRL',
  },
  sftLossCoef: {
    doc: 'weight of the next-token loss on demonstrations, against forgetting',
    type: 'number',
    default: 0,
    min: 0,
    source: 'ChatGLM-RLHF has the term, not its weight',
  },
  sftBatchSize: {
    doc: 'demonstrations a step, when sftLossCoef is above 0',
    type: 'integer',
    default: 8,
    min: 1,
    source: 'ours',
  },
  samplesEvery: {
    doc: 'write samples of the policy every so many steps; 0: never',
    type: 'integer',
    default: 0,
    min: 0,
    unit: 'steps',
    source: 'ours',
  },
};
