/** Fields that every training command has, and how they are checked. */
import { defaultEngine } from '../backend';
import type { FieldTable } from '../config';
import type { LoopConfig } from './loop';
import { learningRateSchedules } from './schedule';

/** Where a run's results go and how it is repeated. */
export interface RunConfig {
  readonly out?: string;
  readonly seed: number;
  readonly resume: boolean;
  readonly engine?: string;
}

export const runFields: FieldTable<RunConfig> = {
  out: {
    doc: 'folder of the run; must not exist, unless --resume; the first of runs/<command>-01, -02, … that does not when absent',
    type: 'path',
    optional: true,
  },
  seed: { doc: 'seed of every random number of the run', type: 'integer', default: 1, min: 0 },
  resume: { doc: 'go on with the run in --out from its last checkpoint', type: 'boolean', default: false },
  engine: {
    doc: `engine to compute on; RLHF_KIT_ENGINE when absent, then ${defaultEngine}`,
    type: 'string',
    optional: true,
  },
};

/** Optimizer, schedule, logging and checkpoints. Stages override the learning rate. */
export const loopFields: FieldTable<LoopConfig> = {
  learningRate: {
    doc: 'peak learning rate of AdamW',
    type: 'number',
    default: 1e-4,
    min: 0,
    exclusiveMin: true,
  },
  lrSchedulerType: {
    doc: 'course of the learning rate after warm-up',
    type: learningRateSchedules,
    default: 'linear',
    source: 'transformers',
  },
  warmupSteps: {
    doc: 'updates of linear warm-up from 0',
    type: 'integer',
    default: 0,
    min: 0,
    source: 'transformers',
  },
  weightDecay: {
    doc: 'decoupled weight decay of matrices',
    type: 'number',
    default: 0,
    min: 0,
    source: 'transformers',
  },
  adamBeta1: {
    doc: 'decay of the first moment',
    type: 'number',
    default: 0.9,
    min: 0,
    max: 0.9999,
    source: 'transformers',
  },
  adamBeta2: {
    doc: 'decay of the second moment',
    type: 'number',
    default: 0.999,
    min: 0,
    max: 0.99999,
    source: 'transformers',
  },
  adamEpsilon: {
    doc: 'added to the root of the second moment',
    type: 'number',
    default: 1e-8,
    min: 0,
    exclusiveMin: true,
    source: 'transformers',
  },
  maxGradNorm: {
    doc: 'global gradient norm to clip at; 0 switches clipping off',
    type: 'number',
    default: 1,
    min: 0,
    source: 'transformers',
  },
  bf16: {
    doc: 'take matrix products in bfloat16; weights, sums and everything else stay in float32',
    type: 'boolean',
    default: false,
    source: 'ours',
  },
  loggingSteps: {
    doc: 'a metrics row is the mean over this many steps',
    type: 'integer',
    default: 10,
    min: 1,
    unit: 'steps',
    source: 'TRL',
  },
  saveSteps: {
    doc: 'a checkpoint every so many steps',
    type: 'integer',
    default: 100,
    min: 1,
    unit: 'steps',
    source: 'ours',
  },
};
