/** What the configurations of PPO, GRPO and RLOO have in common: how responses are sampled and how their updates are cut. */
import type { FieldTable } from '../config';
import { loopFields } from '../train/fields';
import type { LoopConfig } from '../train/loop';

export interface RolloutConfig extends LoopConfig {
  readonly seed: number;
  readonly maxSteps: number;
  readonly numMiniBatches: number;
  readonly gradientAccumulationSteps: number;
  readonly maxPromptTokens: number;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly missingEosPenalty: number;
  readonly sftLossCoef: number;
  readonly sftBatchSize: number;
  readonly samplesEvery: number;
}

export const rolloutFields: FieldTable<RolloutConfig> = {
  ...loopFields,
  learningRate: { ...loopFields.learningRate, default: 1e-6, source: 'ChatGLM-RLHF' },
  lrSchedulerType: { ...loopFields.lrSchedulerType, default: 'constant', source: 'ours' },
  loggingSteps: { ...loopFields.loggingSteps, default: 1, source: 'ours' },
  saveSteps: { ...loopFields.saveSteps, default: 20, source: 'ours' },
  seed: { doc: 'seed of every random number of the run', type: 'integer', default: 1, min: 0 },
  maxSteps: {
    doc: 'iterations: rollouts and the updates on them',
    type: 'integer',
    default: 100,
    min: 1,
    unit: 'iterations',
    source: 'ours; the paper has 600 to 800',
  },
  numMiniBatches: { doc: 'updates a pass', type: 'integer', default: 1, min: 1, source: 'TRL' },
  gradientAccumulationSteps: {
    doc: 'parts that an update is cut into to save memory; their gradients are added',
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
  maxNewTokens: {
    doc: 'longer responses are cut off',
    type: 'integer',
    default: 53,
    min: 1,
    unit: 'tokens',
    source: "TRL's PPO",
  },
  temperature: {
    doc: 'of sampling and of the policy that is scored: logits are divided by it everywhere',
    type: 'number',
    default: 1,
    min: 0,
    exclusiveMin: true,
    source: "TRL's GRPO; its PPO has 0.7",
  },
  missingEosPenalty: {
    doc: 'subtracted from the score of a response that was cut off',
    type: 'number',
    default: 1,
    min: 0,
    source: 'TRL examples',
  },
  sftLossCoef: {
    doc: 'weight of the next-token loss on demonstrations, against forgetting',
    type: 'number',
    default: 0,
    min: 0,
    source: 'ChatGLM-RLHF has the term, not its weight',
  },
  sftBatchSize: {
    doc: 'demonstrations an update, when sftLossCoef is above 0',
    type: 'integer',
    default: 16,
    min: 1,
    source: 'ours',
  },
  samplesEvery: {
    doc: 'write the rollouts of every n-th iteration to samples.jsonl; 0: never',
    type: 'integer',
    default: 5,
    min: 0,
    unit: 'iterations',
    source: 'ours',
  },
};
