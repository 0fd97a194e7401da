/** Fields that every training command has, and how they are checked. */
import { defaultEngine } from '../backend';
import * as field from '../fields';
import { loraFields } from '../model/lora/config';
import { learningRateSchedules } from './schedule';

export const runFields = {
  out: field
    .path(
      'folder of the run; must not exist, unless --resume; the first of runs/<command>-01, -02, … that does not when absent',
    )
    .optional(),
  seed: field.integer('seed of every random number of the run', { default: 1, min: 0 }),
  resume: field.boolean('go on with the run in --out from its last checkpoint', { default: false }),
  engine: field.text(`engine to compute on; RLHF_KIT_ENGINE when absent, then ${defaultEngine}`).optional(),
};

/** Of commands that train. */
export const dryRunFields = {
  dryRun: field
    .boolean(
      'write nothing: compute the first step and print parameters, tokens and bytes of memory that training takes',
    )
    .optional(),
};

/** Where a run's results go and how it is repeated. */
export type RunConfig = field.ConfigOf<typeof runFields>;

/** Of stages that learn from given sequences. */
export const paddingFree = field
  .boolean(
    'lay the sequences of a batch side by side and compute what they begin with once: less work and memory; sums are taken in another order, so the last digits differ',
    { source: 'TRL' },
  )
  .optional();

/** Optimizer, schedule, logging, checkpoints and adapters. Stages override the learning rate. */
export const loopFields = {
  learningRate: field.number('peak learning rate of AdamW', { default: 1e-4, above: 0 }),
  lrSchedulerType: field.choice(learningRateSchedules, 'course of the learning rate after warm-up', {
    default: 'linear',
    source: 'transformers',
  }),
  warmupSteps: field.integer('updates of linear warm-up from 0', {
    default: 0,
    min: 0,
    source: 'transformers',
  }),
  weightDecay: field.number('decoupled weight decay of matrices', {
    default: 0,
    min: 0,
    source: 'transformers',
  }),
  adamBeta1: field.number('decay of the first moment', {
    default: 0.9,
    min: 0,
    max: 0.9999,
    source: 'transformers',
  }),
  adamBeta2: field.number('decay of the second moment', {
    default: 0.999,
    min: 0,
    max: 0.99999,
    source: 'transformers',
  }),
  adamEpsilon: field.number('added to the root of the second moment', {
    default: 1e-8,
    above: 0,
    source: 'transformers',
  }),
  maxGradNorm: field.number('global gradient norm to clip at; 0 switches clipping off', {
    default: 1,
    min: 0,
    source: 'transformers',
  }),
  bf16: field.boolean('take matrix products in bfloat16; weights, sums and everything else stay in float32', {
    default: false,
    source: 'ours',
  }),
  loggingSteps: field.integer('a metrics row is the mean over this many steps', {
    default: 10,
    min: 1,
    unit: 'steps',
    source: 'TRL',
  }),
  saveSteps: field.integer('a checkpoint every so many steps', {
    default: 100,
    min: 1,
    unit: 'steps',
    source: 'ours',
  }),
  ...loraFields,
};
