/**
 * The runs that are pinned: every trainer through its public signature, 50 steps each. Configurations are written out, so that no
 * change of a default moves a number.
 */
import type { DpoConfig } from '../../lib/policy/dpo/config';
import { trainDpo } from '../../lib/policy/dpo/trainer';
import type { GrpoConfig } from '../../lib/policy/grpo/config';
import { trainGrpo } from '../../lib/policy/grpo/trainer';
import type { PpoConfig } from '../../lib/policy/ppo/config';
import { trainPpo } from '../../lib/policy/ppo/trainer';
import type { RlooConfig } from '../../lib/policy/rloo/config';
import { trainRloo } from '../../lib/policy/rloo/trainer';
import type { RewardConfig } from '../../lib/reward/config';
import { splitPairs } from '../../lib/reward/split';
import { trainReward } from '../../lib/reward/trainer';
import type { SftConfig } from '../../lib/sft/config';
import { trainSft } from '../../lib/sft/trainer';
import { addAdapter } from '../../lib/model/lora/adapter';
import type { NamedTensors } from '../../lib/train/adamw';
import type { LoopConfig } from '../../lib/train/loop';
import type { RunDirectory } from '../../lib/train/run-directory';
import { demonstrations, model, pairs, prompts, scorer } from './tiny';

export interface PinnedRun {
  /** Metrics that are kept of every step; of three steps all are. */
  readonly metrics: readonly string[];
  readonly steps: number;
  /** Whether it learns from its own samples. */
  readonly samples: boolean;
  /** @param maxSteps of a run that samples may be fewer than `steps`: its learning rate does not depend on them. */
  train(run: RunDirectory, maxSteps: number): Promise<NamedTensors>;
}

const steps = 50;

const loop = {
  learningRate: 2e-3,
  lrSchedulerType: 'cosine',
  warmupSteps: 5,
  weightDecay: 0.01,
  adamBeta1: 0.9,
  adamBeta2: 0.99,
  adamEpsilon: 1e-8,
  maxGradNorm: 1,
  bf16: false,
  loggingSteps: 1,
  saveSteps: 1000,
} satisfies LoopConfig;

const common = { ...loop, seed: 1, maxSteps: steps, gradientAccumulationSteps: 1 };

const sft: SftConfig = {
  ...common,
  batchSize: 4,
  gradientAccumulationSteps: 2,
  maxLength: 16,
  loss: 'assistant',
  evalFraction: 0.2,
  evalSteps: 25,
};

const reward: RewardConfig = {
  ...common,
  numTrainEpochs: 1,
  batchSize: 4,
  gradientAccumulationSteps: 2,
  maxPromptTokens: 8,
  maxResponseTokens: 8,
  scoreL2Coefficient: 0.01,
  centerRewardsCoefficient: 0.005,
  useMargin: true,
  lengthBalance: 'reweight',
  lengthBalanceBuckets: 2,
  lengthCovariate: true,
  evalFraction: 0.2,
  evalSteps: 25,
};

const criteria: RewardConfig = {
  ...reward,
  useMargin: false,
  lengthCovariate: false,
  criteria: 'helpful,harmless,fluent',
  criterionWeights: 'helpful=1,harmless=0.5,fluent=0.25',
};

const dpo: DpoConfig = {
  ...common,
  batchSize: 4,
  gradientAccumulationSteps: 2,
  maxPromptTokens: 8,
  maxResponseTokens: 8,
  lossType: 'sigmoid',
  beta: 0.1,
  labelSmoothing: 0.1,
  chosenSftCoef: 0.1,
  sftLossCoef: 0.1,
  sftBatchSize: 2,
  samplesEvery: 25,
};

const sampled = {
  ...common,
  lrSchedulerType: 'constant' as const,
  numMiniBatches: 2,
  maxPromptTokens: 8,
  maxNewTokens: 6,
  temperature: 0.9,
  missingEosPenalty: 0.5,
  sftLossCoef: 0.1,
  sftBatchSize: 2,
  samplesEvery: 25,
};

/** The paper's: relative to the reference, nothing whitened, the SFT loss beside it. */
export const ppo: PpoConfig = {
  ...sampled,
  rolloutBatchSize: 4,
  numPpoEpochs: 2,
  rewardBaseline: 'reference',
  referenceSamples: 2,
  klCoef: 0.05,
  klHorizon: 10000,
  gamma: 1,
  lam: 0.95,
  whitenRewards: false,
  whitenAdvantages: false,
  cliprange: 0.2,
  cliprangeValue: 0.2,
  vfCoef: 0.1,
  valueInit: 'zero',
};

/** What the paper leaves out: coefficients that adapt, whitening, parts of an update. */
const ppoAdaptive: PpoConfig = {
  ...ppo,
  gradientAccumulationSteps: 2,
  numPpoEpochs: 1,
  rewardBaseline: 'batchMean',
  klTarget: 0.1,
  klHorizon: 100,
  lrKlTarget: 1e-4,
  gamma: 0.99,
  whitenRewards: true,
  whitenAdvantages: true,
};

const groups = {
  ...sampled,
  gradientAccumulationSteps: 2,
  generationBatchSize: 6,
  numGenerations: 3,
  epsilon: 0.2,
  epsilonHigh: 0.28,
};

const grpo: GrpoConfig = {
  ...groups,
  numIterations: 1,
  scaleRewards: 'group',
  lossType: 'dapo',
  beta: 0.05,
  klEstimator: 'k3',
  useBiasCorrectionKl: true,
};

const rloo: RlooConfig = {
  ...groups,
  numIterations: 2,
  numMiniBatches: 1,
  beta: 0.05,
  klEstimator: 'k1',
  rewardClipRange: 3,
  normalizeAdvantages: true,
};

/** Adapters: on every linear layer with dropout, and beside PPO's value head. */
const sftLora: SftConfig = { ...sft, loraRank: 2, loraAlpha: 8, loraDropout: 0.1 };
const ppoLora: PpoConfig = { ...ppo, loraRank: 2, loraTargets: 'q_proj,v_proj', useRslora: true };

const supervised = { metrics: ['loss', 'grad_norm'], steps, samples: false };
const onPolicy = {
  metrics: [...supervised.metrics, 'objective/kl', 'objective/scores'],
  steps,
  samples: true,
};
/** The algorithms of groups have TRL's name for the mean score. */
const inGroups = { ...onPolicy, metrics: [...supervised.metrics, 'objective/kl', 'reward'] };
const inputs = { prompts, scorer, demonstrations };

export const runs: Readonly<Record<string, PinnedRun>> = {
  sft: { ...supervised, train: (run) => trainSft(model, demonstrations, sft, run) },
  'sft-lora': {
    ...supervised,
    train: (run) => trainSft(addAdapter(model, sftLora), demonstrations, sftLora, run),
  },
  reward: {
    ...supervised,
    train: (run) => trainReward(model, splitPairs(pairs, reward, model.tokenizer), reward, run),
  },
  'reward-criteria': {
    ...supervised,
    train: (run) => trainReward(model, splitPairs(pairs, criteria, model.tokenizer), criteria, run),
  },
  dpo: {
    ...supervised,
    train: (run) =>
      trainDpo(model, { pairs, demonstrations, scorer, samplePrompts: prompts.slice(0, 4) }, dpo, run),
  },
  ppo: { ...onPolicy, train: (run, maxSteps) => trainPpo(model, inputs, { ...ppo, maxSteps }, run) },
  'ppo-adaptive': {
    ...onPolicy,
    steps: 15,
    train: (run, maxSteps) => trainPpo(model, inputs, { ...ppoAdaptive, maxSteps }, run),
  },
  'ppo-lora': {
    ...onPolicy,
    steps: 15,
    train: (run, maxSteps) => trainPpo(addAdapter(model, ppoLora), inputs, { ...ppoLora, maxSteps }, run),
  },
  grpo: { ...inGroups, train: (run, maxSteps) => trainGrpo(model, inputs, { ...grpo, maxSteps }, run) },
  rloo: { ...inGroups, train: (run, maxSteps) => trainRloo(model, inputs, { ...rloo, maxSteps }, run) },
};
