/**
 * Sizes of the pipeline: `default` shows the effects in minutes on two cores, `notebook` most of them in one or two on a part of the
 * world, `smoke` shows that everything runs.
 */
import { parseConfig } from '../config';
import { pipelineFields, type PipelineConfig } from './config';

export const presetNames = ['default', 'notebook', 'smoke'] as const;
export type PresetName = (typeof presetNames)[number];

/** Every optimizer of the pipeline: the model is small, its steps may be large. */
const optimizer = { lrSchedulerType: 'cosine', adamBeta2: 0.98, weightDecay: 0.01, warmupSteps: 10 } as const;
/** Nearly all dialogues of the world fit; the longest lose their beginning. */
const lengths = { maxPromptTokens: 96, maxResponseTokens: 57 };

function defaultPreset(seed: number): PipelineConfig {
  return parseConfig('default preset', pipelineFields, {
    seed,
    world: {
      demonstrations: 14_800,
      annotatePrompts: 1300,
      reinforcePrompts: 1024,
      evaluatePrompts: 256,
      probePrompts: 400,
      vocabSize: 896,
    },
    model: {
      hiddenSize: 96,
      intermediateSize: 256,
      numHiddenLayers: 2,
      numAttentionHeads: 3,
      numKeyValueHeads: 1,
      headDim: 32,
      maxPositionEmbeddings: 256,
    },
    sft: {
      ...optimizer,
      seed,
      learningRate: 5e-3,
      warmupSteps: 20,
      maxSteps: 900,
      batchSize: 16,
      maxLength: 192,
      evalFraction: 0.02,
    },
    sampling: {
      samplesPerPrompt: 4,
      temperature: 0.7,
      maxNewTokens: 56,
      maxPromptTokens: lengths.maxPromptTokens,
    },
    annotators: {
      panel: 8,
      votesPerPair: 3,
      meanTemperature: 0.2,
      meanLengthBias: 1.75,
      meanTieThreshold: 0.5,
    },
    filter: { checkTexts: true },
    reward: {
      ...optimizer,
      seed,
      // The question and the answer: what came before tells a small reward model nothing, and takes most of its time.
      maxPromptTokens: 32,
      maxResponseTokens: lengths.maxResponseTokens,
      learningRate: 5e-4,
      batchSize: 32,
      numTrainEpochs: 3,
      lengthBalance: 'reweight',
      lengthCovariate: true,
      evalFraction: 0.1,
    },
    promptVarianceQuantile: 0.2,
    sftTermDemonstrations: 4000,
    dpo: {
      ...optimizer,
      ...lengths,
      seed,
      learningRate: 4e-4,
      maxSteps: 60,
      batchSize: 16,
      beta: 0.3,
      sftLossCoef: 4,
      sftBatchSize: 16,
      samplesEvery: 10,
    },
    ppo: {
      ...optimizer,
      seed,
      // Large, so that the policy goes far, then down to 0, so that it settles: at a constant rate it stays noisy and wins less.
      learningRate: 1.5e-3,
      maxSteps: 72,
      rolloutBatchSize: 64,
      numPpoEpochs: 1,
      numMiniBatches: 2,
      // Most dialogues whole, the longest without their first turns: the padding of a few would cost a quarter of the time.
      maxPromptTokens: 64,
      maxNewTokens: 56,
      temperature: 0.7,
      klCoef: 0.02,
      // So few rollouts teach the value head little; one reference sample would add as much noise as it takes away.
      referenceSamples: 4,
      whitenAdvantages: true,
      sftLossCoef: 3,
      sftBatchSize: 16,
    },
    evaluation: {
      seed,
      samplesPerPrompt: 4,
      maxNewTokens: 56,
      maxPromptTokens: lengths.maxPromptTokens,
      temperature: 0.7,
      tieMargin: 0.02,
    },
  });
}

/** The default with less of everything: half a minute of SFT, a third of a minute each for reward model, DPO and PPO. */
function notebookPreset(seed: number): PipelineConfig {
  const base = defaultPreset(seed);
  return {
    ...base,
    world: {
      language: 'en',
      maxTurns: 2,
      demonstrations: 7400,
      annotatePrompts: 400,
      reinforcePrompts: 224,
      evaluatePrompts: 96,
      probePrompts: 120,
      vocabSize: 512,
    },
    sft: { ...base.sft, maxSteps: 450 },
    reward: { ...base.reward, numTrainEpochs: 2 },
    sftTermDemonstrations: 1500,
    dpo: { ...base.dpo, maxSteps: 40 },
    ppo: { ...base.ppo, maxSteps: 20, rolloutBatchSize: 48, referenceSamples: 2, samplesEvery: 1 },
  };
}

export const pipelinePresets: Readonly<Record<PresetName, (seed: number) => PipelineConfig>> = {
  default: defaultPreset,
  notebook: notebookPreset,
  smoke: smokePreset,
};

/** As little of everything as there can be. */
function smokePreset(seed: number): PipelineConfig {
  return parseConfig('smoke preset', pipelineFields, {
    seed,
    world: {
      demonstrations: 200,
      annotatePrompts: 12,
      reinforcePrompts: 12,
      evaluatePrompts: 12,
      probePrompts: 8,
      vocabSize: 400,
    },
    model: {
      hiddenSize: 32,
      intermediateSize: 64,
      numHiddenLayers: 1,
      numAttentionHeads: 2,
      numKeyValueHeads: 1,
      headDim: 16,
      maxPositionEmbeddings: 320,
    },
    sft: {
      ...optimizer,
      seed,
      learningRate: 1e-2,
      warmupSteps: 2,
      maxSteps: 12,
      batchSize: 8,
      maxLength: 128,
      loggingSteps: 4,
    },
    sampling: { samplesPerPrompt: 4, temperature: 1, maxNewTokens: 16, maxPromptTokens: 96 },
    annotators: {
      panel: 4,
      votesPerPair: 2,
      meanTemperature: 0.25,
      meanLengthBias: 0.8,
      meanTieThreshold: 0.2,
    },
    filter: { checkTexts: true },
    reward: {
      ...optimizer,
      seed,
      learningRate: 1e-3,
      maxSteps: 4,
      batchSize: 8,
      maxPromptTokens: 96,
      maxResponseTokens: 17,
      lengthBalance: 'reweight',
      lengthBalanceBuckets: 2,
      lengthCovariate: true,
      evalFraction: 0.2,
      loggingSteps: 1,
    },
    promptVarianceQuantile: 0.2,
    sftTermDemonstrations: 60,
    dpo: {
      ...optimizer,
      seed,
      learningRate: 1e-4,
      maxSteps: 3,
      batchSize: 4,
      maxPromptTokens: 96,
      maxResponseTokens: 17,
      sftLossCoef: 0.2,
      sftBatchSize: 4,
      samplesEvery: 2,
      loggingSteps: 1,
    },
    ppo: {
      ...optimizer,
      seed,
      learningRate: 1e-4,
      lrSchedulerType: 'constant',
      maxSteps: 3,
      rolloutBatchSize: 8,
      numPpoEpochs: 1,
      numMiniBatches: 2,
      maxPromptTokens: 96,
      maxNewTokens: 16,
      sftLossCoef: 0.5,
      sftBatchSize: 4,
      samplesEvery: 1,
    },
    evaluation: {
      seed,
      maxNewTokens: 16,
      maxPromptTokens: 96,
      tieMargin: 0.02,
      resamples: 200,
    },
  });
}
