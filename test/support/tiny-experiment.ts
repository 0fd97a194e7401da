/** An experiment in sizes at which a condition takes a second or two on any engine; its numbers mean nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const tinySettings = {
  'world.demonstrations': 200,
  'world.annotatePrompts': 12,
  'world.reinforcePrompts': 8,
  'world.evaluatePrompts': 8,
  'world.probePrompts': 8,
  'world.vocabSize': 400,
  'model.hiddenSize': 32,
  'model.intermediateSize': 64,
  'model.numHiddenLayers': 1,
  'model.numAttentionHeads': 2,
  'model.headDim': 16,
  'sampling.samplesPerPrompt': 3,
  'sampling.temperature': 1,
  'sampling.maxNewTokens': 12,
  annotatedPrompts: 12,
  bestOf: 3,
  sftTermDemonstrations: 40,
  'sft.maxSteps': 6,
  'sft.batchSize': 4,
  'sft.maxLength': 96,
  'reward.maxSteps': 3,
  'reward.batchSize': 8,
  'reward.maxResponseTokens': 13,
  'reward.evalFraction': 0.2,
  'reward.lengthBalanceBuckets': 2,
  'ppo.maxSteps': 2,
  'ppo.rolloutBatchSize': 4,
  'ppo.maxNewTokens': 12,
  'ppo.sftBatchSize': 2,
  'evaluation.samplesPerPrompt': 1,
  'evaluation.maxNewTokens': 12,
  'evaluation.resamples': 100,
} as const;

export interface TinyExperiment {
  readonly axes?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly [key: string]: unknown;
}

/** The metric that table and chart show, by the measure that says it. */
const shownMetrics: Readonly<Record<string, string>> = {
  reward: 'reward.goldAccuracy',
  filter: 'filter.kept',
  ppo: 'ppo.kl',
};

/** Writes `config.json` into a folder; what is given goes over what every tiny experiment has. */
export function writeTinyExperiment(folder: string, given: TinyExperiment = {}): string {
  mkdirSync(folder, { recursive: true });
  const axes = given.axes ?? { lambda: { none: { 'reward.scoreL2Coefficient': 0 }, some: {} } };
  const measures = (given['measures'] as readonly string[] | undefined) ?? ['filter', 'reward'];
  const config = {
    title: 'Tiny',
    question: 'Does it run?',
    base: tinySettings,
    axes,
    seeds: [1, 2],
    measures,
    metrics: [shownMetrics[measures.at(-1) ?? ''] ?? 'none'],
    baseline: Object.fromEntries(
      Object.entries(axes).map(([axis, settings]) => [axis, Object.keys(settings)[0]]),
    ),
    claims: [],
    budgetMinutes: 10,
    ...given,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

export { tinySettings };
