/** Configuration of supervised fine-tuning. */
import type { FieldTable } from '../config';
import { demonstrationLosses } from '../train/demonstrations';
import { loopFields } from '../train/fields';
import type { LoopConfig } from '../train/loop';

export interface SftConfig extends LoopConfig {
  readonly seed: number;
  readonly maxSteps: number;
  readonly batchSize: number;
  readonly gradientAccumulationSteps: number;
  readonly maxLength: number;
  readonly loss: (typeof demonstrationLosses)[number];
  readonly evalFraction: number;
  readonly evalSteps: number;
}

export const sftFields: FieldTable<SftConfig> = {
  ...loopFields,
  learningRate: { ...loopFields.learningRate, default: 2e-5, source: 'TRL' },
  seed: { doc: 'seed of every random number of the run', type: 'integer', default: 1, min: 0 },
  maxSteps: { doc: 'optimizer steps', type: 'integer', default: 200, min: 1, unit: 'steps', source: 'ours' },
  batchSize: { doc: 'dialogues a step', type: 'integer', default: 16, min: 1, source: 'ours' },
  gradientAccumulationSteps: {
    doc: 'parts that a step is cut into to save memory; their gradients are added',
    type: 'integer',
    default: 1,
    min: 1,
    source: 'transformers',
  },
  maxLength: {
    doc: 'longer dialogues lose their beginning',
    type: 'integer',
    default: 1024,
    min: 8,
    unit: 'tokens',
    source: 'TRL',
  },
  loss: {
    doc: 'tokens that count: every assistant turn of the dialogue, or the response alone',
    type: demonstrationLosses,
    default: 'assistant',
    source: 'ours',
  },
  evalFraction: {
    doc: 'share of the rows held out for the eval_ metrics',
    type: 'number',
    default: 0.05,
    min: 0,
    max: 0.5,
    source: 'ours',
  },
  evalSteps: {
    doc: 'evaluate every so many steps',
    type: 'integer',
    default: 100,
    min: 1,
    unit: 'steps',
    source: 'ours',
  },
};
