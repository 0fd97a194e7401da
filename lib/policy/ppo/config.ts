/** Configuration of proximal policy optimization. */
import type { FieldTable } from '../../config';
import { loopFields } from '../../train/fields';
import type { LoopConfig } from '../../train/loop';

export const rewardBaselines = ['none', 'reference', 'batchMean'] as const;
export const valueInits = ['zero', 'rewardModel'] as const;

export interface PpoConfig extends LoopConfig {
  readonly seed: number;
  readonly maxSteps: number;
  readonly rolloutBatchSize: number;
  readonly numPpoEpochs: number;
  readonly numMiniBatches: number;
  readonly gradientAccumulationSteps: number;
  readonly maxPromptTokens: number;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly rewardBaseline: (typeof rewardBaselines)[number];
  readonly referenceSamples: number;
  readonly klCoef: number;
  readonly klTarget?: number;
  readonly klHorizon: number;
  readonly lrKlTarget?: number;
  readonly missingEosPenalty: number;
  readonly gamma: number;
  readonly lam: number;
  readonly whitenRewards: boolean;
  readonly whitenAdvantages: boolean;
  readonly cliprange: number;
  readonly cliprangeValue: number;
  readonly vfCoef: number;
  readonly valueInit: (typeof valueInits)[number];
  readonly sftLossCoef: number;
  readonly sftBatchSize: number;
  readonly samplesEvery: number;
}

export const ppoFields: FieldTable<PpoConfig> = {
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
  rolloutBatchSize: {
    doc: 'prompts sampled in an iteration',
    type: 'integer',
    default: 64,
    min: 1,
    source: 'ours',
  },
  numPpoEpochs: {
    doc: 'passes over the rollouts of an iteration',
    type: 'integer',
    default: 4,
    min: 1,
    source: 'TRL',
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
    source: 'TRL',
  },
  temperature: {
    doc: 'of sampling and of the policy that is scored: logits are divided by it everywhere',
    type: 'number',
    default: 1,
    min: 0,
    exclusiveMin: true,
    source: 'ours; TRL has 0.7',
  },
  rewardBaseline: {
    doc: "what is subtracted from a score: nothing, the reference policy's score on the prompt, or the batch's mean",
    type: rewardBaselines,
    default: 'reference',
    source: 'ChatGLM-RLHF',
  },
  referenceSamples: {
    doc: 'answers of the reference whose mean score is the baseline',
    type: 'integer',
    default: 1,
    min: 1,
    source: 'ChatGLM-RLHF',
  },
  klCoef: {
    doc: 'weight of the KL penalty inside the reward',
    type: 'number',
    default: 0.05,
    min: 0,
    source: 'TRL',
  },
  klTarget: {
    doc: 'adapt klCoef towards this KL of a response',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    unit: 'nats',
    optional: true,
  },
  klHorizon: {
    doc: 'rollouts over which klCoef adapts',
    type: 'number',
    default: 10000,
    min: 1,
    source: 'TRL 0.9',
  },
  lrKlTarget: {
    doc: 'adapt the learning rate towards this KL of an iteration',
    type: 'number',
    min: 0,
    exclusiveMin: true,
    unit: 'nats a token',
    optional: true,
  },
  missingEosPenalty: {
    doc: 'subtracted from the score of a response that was cut off',
    type: 'number',
    default: 1,
    min: 0,
    source: 'TRL examples',
  },
  gamma: { doc: 'discount of later rewards', type: 'number', default: 1, min: 0, max: 1, source: 'TRL' },
  lam: {
    doc: 'λ of generalized advantage estimation',
    type: 'number',
    default: 0.95,
    min: 0,
    max: 1,
    source: 'TRL',
  },
  whitenRewards: {
    doc: 'divide rewards by their standard deviation',
    type: 'boolean',
    default: false,
    source: 'ChatGLM-RLHF does not',
  },
  whitenAdvantages: {
    doc: 'give advantages mean 0 and variance 1',
    type: 'boolean',
    default: false,
    source: 'ChatGLM-RLHF does not',
  },
  cliprange: {
    doc: 'probability ratios beyond 1 ± this gain nothing',
    type: 'number',
    default: 0.2,
    min: 0,
    exclusiveMin: true,
    source: 'TRL',
  },
  cliprangeValue: {
    doc: 'values may move this far from those of the rollout',
    type: 'number',
    default: 0.2,
    min: 0,
    exclusiveMin: true,
    source: 'TRL',
  },
  vfCoef: { doc: 'weight of the value loss', type: 'number', default: 0.1, min: 0, source: 'TRL' },
  valueInit: {
    doc: "the value head starts at zero or as the reward model's score head",
    type: valueInits,
    default: 'zero',
    source: 'ours',
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
