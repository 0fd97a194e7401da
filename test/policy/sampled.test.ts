import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { readJsonLines } from '../../lib/files';
import type { PpoConfig } from '../../lib/policy/ppo/config';
import { readBatch, rolloutBatch, type RolloutBatch, type RolloutRow } from '../../lib/policy/rollout-batch';
import {
  checkedSizes,
  drawPrompts,
  trainSampled,
  type Iteration,
  type SampledAlgorithm,
} from '../../lib/policy/sampled';
import { createRng } from '../../lib/random';
import type { MetricsRow } from '../../lib/train/metrics';
import { countA, ppoConfig, prompts, tinyPolicy, tinyRun } from './support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const sizes = { responses: 'rolloutBatchSize', passes: 'numPpoEpochs' } as const;

describe('checkedSizes', () => {
  it.each([
    ['own: there are no prompts', [], {}],
    ['own: rolloutBatchSize must be a multiple of numPpoEpochs (3), got 8', prompts, { numPpoEpochs: 3 }],
    ['own: rolloutBatchSize must be a multiple of numMiniBatches (3), got 8', prompts, { numMiniBatches: 3 }],
  ] as const)('refuses: %s', (message, given, options) => {
    const grouped = { name: 'own', sizes: { ...sizes, perPrompt: 'numPpoEpochs' } } as const;
    expect(() => checkedSizes(grouped, given, ppoConfig(options))).toThrow(message);
  });

  it('takes the numbers from the fields that the algorithm names; one response per prompt where it names none', () => {
    expect(checkedSizes({ name: 'own', sizes }, prompts, ppoConfig())).toEqual({
      responses: 8,
      perPrompt: 1,
      passes: 2,
    });
  });
});

describe('drawPrompts', () => {
  it('takes each prompt of an iteration as often in a row as it has responses, all prompts in an epoch', () => {
    const seen: string[] = [];
    for (let step = 1; step <= 3; step++) {
      const drawn = drawPrompts(step, prompts, 24, 3, createRng(1)).map(({ promptId }) => promptId);
      expect(drawn).toHaveLength(24);
      for (let i = 0; i < 24; i += 3) expect(new Set(drawn.slice(i, i + 3)).size).toBe(1);
      seen.push(...drawn);
    }
    expect(new Set(seen).size).toBe(24);
  });
});

/** REINFORCE without any baseline, in as few lines as the driver allows. */
type Row = RolloutRow & { readonly score: number };
type Batch = RolloutBatch & { readonly scores: tf.Tensor2D };
const plain: SampledAlgorithm<PpoConfig, never, Row, Batch, { readonly iterations: number }> = {
  name: 'plain',
  shown: ['score'],
  sizes,
  initialState: () => ({ iterations: 0 }),
  credit: ({ rollouts, scores }, _, { iterations }) => ({
    rows: rollouts.map((rollout, i) => ({ ...rollout, score: scores[i] as number })),
    metrics: { score: scores.reduce((sum, score) => sum + score, 0) / scores.length, iterations },
  }),
  batch: (part, whole, padTokenId, config, demonstrations) => ({
    ...rolloutBatch(part, whole, padTokenId, config, demonstrations),
    scores: tf.tensor2d(part.map(({ score }) => [score])),
  }),
  loss: (params, batch, model, config) => {
    const { logprobs, mean, ratioMetrics } = readBatch(params, batch, model, config);
    return { loss: tf.neg(mean(tf.mul(logprobs, batch.scores))), metrics: ratioMetrics };
  },
  next: ({ iterations }) => ({ iterations: iterations + 1 }),
};

async function trained(algorithm = plain, given: Partial<PpoConfig> = {}) {
  const run = await tinyRun();
  const config = ppoConfig({ numPpoEpochs: 1, numMiniBatches: 1, missingEosPenalty: 0, ...given });
  await trainSampled(algorithm, tinyPolicy(), { prompts, scorer: countA }, config, run);
  return readJsonLines<MetricsRow>(run.file('metrics.jsonl'));
}

describe('trainSampled', () => {
  it('trains by an algorithm of a few lines: the score rises, the state goes from step to step', async () => {
    const rows = await trained(plain, { maxSteps: 12, rolloutBatchSize: 24, learningRate: 2e-2 });
    expect(rows.map((row) => row['iterations'])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(rows.at(-1)?.['score']).toBeGreaterThan((rows[0]?.['score'] as number) + 0.5);
  });

  it('gives credit the rollouts with penalised scores and log-ratios, and the reference’s scores where it was asked', async () => {
    const seen: Iteration[] = [];
    const watched: typeof plain = {
      ...plain,
      scoreReference: async (_, inputs) => new Map(inputs.prompts.map(({ promptId }) => [promptId, 7])),
      credit: (iteration, config, state) => {
        seen.push(iteration);
        return plain.credit(iteration, config, state);
      },
    };
    await trained(watched, { maxSteps: 1, missingEosPenalty: 3 });
    const [{ rollouts, scores, logRatios, referenceScores }] = seen as [Iteration];
    expect(rollouts).toHaveLength(8);
    rollouts.forEach(({ response, finished, responseTokens, record }, i) => {
      expect(scores[i]).toBe(response.split('a').length - 1 - (finished ? 0 : 3));
      expect(logRatios[i]).toHaveLength(responseTokens.length);
      expect(referenceScores?.get(record.promptId)).toBe(7);
    });
  });

  it('refuses ratios that are not 1 on the first minibatch: here log-probabilities that belong to no policy', async () => {
    const stale: typeof plain = {
      ...plain,
      credit: (iteration, config, state) => {
        const { rows, metrics } = plain.credit(iteration, config, state);
        return { rows: rows.map((row) => ({ ...row, logprobs: row.logprobs.map((x) => x - 0.1) })), metrics };
      },
    };
    await expect(trained(stale, { maxSteps: 1 })).rejects.toThrow(
      'plain: the ratio on the first minibatch must be 1, got 1.1',
    );
  });
});
