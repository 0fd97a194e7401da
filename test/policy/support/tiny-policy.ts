/** A policy of two thousand random parameters over fourteen letters, with all that the trainers of stage 5 need. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { parseConfig } from '../../../lib/config';
import type { LanguageModel } from '../../../lib/model/sample';
import { dpoFields, type DpoConfig } from '../../../lib/policy/dpo/config';
import { grpoFields, type GrpoConfig } from '../../../lib/policy/grpo/config';
import { ppoFields, type PpoConfig } from '../../../lib/policy/ppo/config';
import { rlooFields, type RlooConfig } from '../../../lib/policy/rloo/config';
import { logRatios, rolloutSampler, type PolicyRollout } from '../../../lib/policy/rollout';
import type { Iteration } from '../../../lib/policy/sampled';
import { createRng } from '../../../lib/random';
import type { NamedTensors } from '../../../lib/train/adamw';
import { meanMetrics, readMetrics, type LossAndMetrics } from '../../../lib/train/metrics';
import { openRunDirectory, type RunDirectory } from '../../../lib/train/run-directory';
import type { Demonstration, PreferencePair, PromptRecord, Scorer } from '../../../lib/types';
import { initParams } from '../../../lib/model/params';
import type { ModelConfig } from '../../../lib/model/config';

const config: ModelConfig = {
  vocabSize: 16,
  hiddenSize: 8,
  intermediateSize: 16,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  numKeyValueHeads: 1,
  headDim: 4,
  maxPositionEmbeddings: 64,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  tieWordEmbeddings: true,
};

/** Letters a–n are tokens 2–15; 0 begins a prompt; 1 ends a response and is padding too, where masks from ids would fail. */
const encode = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0) - 95);

export const tokenizer: LanguageModel['tokenizer'] = {
  vocabSize: 16,
  bosTokenId: 0,
  eosTokenId: 1,
  padTokenId: 1,
  plainTranscript: true,
  encode,
  decode: (ids) => ids.map((id) => String.fromCharCode(id + 95)).join(''),
  renderPrompt: (prompt) => [0, ...encode(prompt as string)],
  renderResponse: (response) => [...encode(response), 1],
  files: {},
};

export function tinyPolicy(seed = 1): LanguageModel {
  return { params: initParams(config, createRng(seed)), config, tokenizer };
}

const rng = createRng('tiny policy');
const word = (length: number): string =>
  Array.from({ length }, () => rng.pick([...'abcdefghijklmn'])).join('');

export const prompts: readonly PromptRecord[] = Array.from({ length: 24 }, (_, i) => ({
  promptId: `p${i}`,
  task: i % 2 === 0 ? 'even' : 'odd',
  prompt: word(1 + rng.integer(9)),
}));

/** The chosen side has the more a's. */
export const pairs: readonly PreferencePair[] = prompts.map((prompt) => {
  const common = word(1 + rng.integer(6));
  return { ...prompt, chosen: `a${common}aa`, rejected: `n${common}` };
});

export const demonstrations: readonly Demonstration[] = prompts.map((prompt) => ({
  ...prompt,
  response: word(2 + rng.integer(6)),
}));

/** Counts a's: exact, and quick to learn. */
export const countA: Scorer = async (inputs) =>
  Float32Array.from(inputs, ({ response }) => response.split('a').length - 1);

export function dpoConfig(given: Partial<DpoConfig> = {}): DpoConfig {
  return parseConfig('dpo', dpoFields, {
    maxSteps: 3,
    batchSize: 6,
    learningRate: 5e-3,
    loggingSteps: 1,
    maxPromptTokens: 12,
    maxResponseTokens: 12,
    ...given,
  });
}

export function ppoConfig(given: Partial<PpoConfig> = {}): PpoConfig {
  return parseConfig('ppo', ppoFields, {
    maxSteps: 2,
    rolloutBatchSize: 8,
    numPpoEpochs: 2,
    numMiniBatches: 2,
    learningRate: 5e-3,
    maxPromptTokens: 12,
    maxNewTokens: 6,
    samplesEvery: 1,
    ...given,
  });
}

const groups = {
  maxSteps: 2,
  generationBatchSize: 8,
  numGenerations: 4,
  numIterations: 2,
  numMiniBatches: 2,
  learningRate: 5e-3,
  maxPromptTokens: 12,
  maxNewTokens: 6,
  samplesEvery: 1,
};

export function grpoConfig(given: Partial<GrpoConfig> = {}): GrpoConfig {
  return parseConfig('grpo', grpoFields, { ...groups, beta: 0.05, ...given });
}

export function rlooConfig(given: Partial<RlooConfig> = {}): RlooConfig {
  return parseConfig('rloo', rlooFields, { ...groups, ...given });
}

/** A rollout of given log-ratios to the reference. */
export function madeRollout(promptId: string, ratios: readonly number[], finished = true): PolicyRollout {
  return {
    record: { promptId, task: 'list', prompt: 'say' },
    promptTokens: [0],
    responseTokens: ratios.map(() => 2),
    response: 'a'.repeat(ratios.length),
    finished,
    logprobs: Float32Array.from(ratios, (ratio) => ratio - 1),
    refLogprobs: Float32Array.from(ratios, () => -1),
    entropy: new Float32Array(ratios.length).fill(2),
    samplerGap: 1e-6 * ratios.length,
  };
}

/** Rollouts of the tiny policy, which is the reference too. */
export function sampledRollouts(count: number): Promise<PolicyRollout[]> {
  const model = tinyPolicy();
  const sample = rolloutSampler('test', model, ppoConfig(), count);
  return sample(model.params, prompts.slice(0, count), createRng('rollouts'));
}

/** The numbers of a loss and of its metrics, none of which is a minimum or the like. */
export function numbersOfLoss({ loss, metrics }: LossAndMetrics): Record<string, number> {
  return meanMetrics([readMetrics({ loss, ...metrics })]);
}

/** An iteration of made rollouts. */
export function madeIteration(rollouts: readonly PolicyRollout[], scores: readonly number[]): Iteration {
  return { rollouts, scores, logRatios: rollouts.map(logRatios) };
}

export function tinyRun(
  out = join(mkdtempSync(join(tmpdir(), 'rlhf-kit-policy-')), 'run'),
  resume = false,
): Promise<RunDirectory> {
  return openRunDirectory({ command: 'policy', out, resume, config: {}, inputs: [], engine: 'cpu' });
}

/** The numbers of named tensors, for comparison. */
export function numbersOf(params: NamedTensors): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(params).map(([name, tensor]: [string, tf.Tensor]) => [name, [...tensor.dataSync()]]),
  );
}

/** Largest absolute difference of two sets of parameters of the same names. */
export function largestDifference(a: NamedTensors, b: NamedTensors): number {
  const [ours, theirs] = [numbersOf(a), numbersOf(b)];
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
  return Math.max(
    ...Object.entries(ours).flatMap(([name, values]) =>
      values.map((value, i) => Math.abs(value - (theirs[name]?.[i] as number))),
    ),
  );
}
