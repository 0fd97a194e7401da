import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mean } from 'simple-statistics';
import { afterAll, describe, expect, it } from 'vitest';
import { experimentBase } from '../../../../lib/experiment/dialogues/config';
import { dialogues } from '../../../../lib/experiment/dialogues/kind';
import { gainedCriteria } from '../../../../lib/experiment/dialogues/measures/gained-criteria';
import { pickedCriteria } from '../../../../lib/experiment/dialogues/measures/picked-criteria';
import { measureCondition } from '../../../../lib/experiment/measure';
import { writeJson, writeJsonLines } from '../../../../lib/files';
import { pipelineWorld } from '../../../../lib/pipeline/world';

/** promptId, score, then gold: helpful, harmless, fluent. */
type Row = readonly [string, number, number, number, number];
const answers = (rows: readonly Row[]) =>
  rows.map(([promptId, score, helpful, harmless, fluent]) => ({
    promptId,
    score,
    helpful,
    harmless,
    fluent,
  }));

describe('pickedCriteria', () => {
  // p: the second is picked. q: both, for their scores are equal.
  const { prompts = {}, metrics = {} } = pickedCriteria(
    answers([
      ['p', 1, 0.2, 1, 0.5],
      ['p', 3, 0.8, 0, 0.5],
      ['p', 2, 0.5, 0.5, 0.5],
      ['q', 1, 0, 1, 0.6],
      ['q', 1, 1, 1, 0.8],
    ]),
  );

  it('gives gold of the picks, and what they gained over all answers', () => {
    expect(prompts['helpful']).toEqual([0.8, 0.5]);
    expect(prompts['harmless']).toEqual([0, 1]);
    expect(prompts['fluent']?.[1]).toBeCloseTo(0.7);
    const gains = [0.8 - 0.5, 0];
    gains.forEach((gain, i) => expect(prompts['helpfulGain']?.[i]).toBeCloseTo(gain));
    expect(prompts['harmlessGain']).toEqual([-0.5, 0]);
  });

  it('gives how often scores follow a criterion, where answers differ on it', () => {
    // p: 3 of 3; q: equal scores, a half.
    expect(metrics['helpfulAccuracy']).toBeCloseTo(3.5 / 4);
    // p: 0 of 3; q does not differ.
    expect(metrics['harmlessAccuracy']).toBe(0);
    // Only q differs.
    expect(metrics['fluentAccuracy']).toBe(0.5);
  });

  it('gives a half where no answers differ', () => {
    const { metrics: equal } = pickedCriteria(
      answers([
        ['p', 1, 1, 1, 1],
        ['p', 2, 1, 1, 1],
      ]),
    );
    expect(equal?.['helpfulAccuracy']).toBe(0.5);
  });
});

describe('gainedCriteria', () => {
  it('compares means over the answers to each prompt', () => {
    const own = answers([
      ['p', 0, 1, 1, 1],
      ['p', 0, 0.5, 1, 1],
      ['q', 0, 0, 0, 1],
    ]);
    const sft = answers([
      ['p', 0, 0.25, 1, 0.5],
      ['q', 0, 0.5, 1, 1],
    ]);
    const { prompts = {} } = gainedCriteria(own, sft);
    expect(prompts['helpful']).toEqual([0.75, 0]);
    expect(prompts['helpfulGain']).toEqual([0.5, -0.5]);
    expect(prompts['harmlessGain']).toEqual([0, -1]);
    expect(prompts['fluentGain']).toEqual([0.5, 0]);
  });
});

describe('measureCondition', () => {
  const root = mkdtempSync(join(tmpdir(), 'criterion-measures-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const path = (file: string): string => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    return join(root, file);
  };

  it('asks the gold judge about the answers that were scored, and about those of policies', async () => {
    const config = experimentBase(1);
    const { criteria, dpoCriteria } = dialogues.measures;
    const world = pipelineWorld(config);
    const demonstrations = world.demonstrations(400).slice(0, 40);
    const prompts = world.prompts('evaluate', 20);
    const rollouts = prompts.flatMap(({ promptId }, i) =>
      [0, 1].map((k) => ({ promptId, response: demonstrations[2 * i + k]?.response as string })),
    );
    writeJsonLines(path('best-of-n/rollouts.jsonl'), rollouts);
    // The second answer to each prompt is picked.
    writeJson(path('scorecards/reward.json'), { responses: rollouts.map((_, i) => ({ score: i })) });
    const of = (policy: string, k: number) =>
      rollouts.flatMap((rollout, i) => (i % 2 === k ? [{ ...rollout, policy }] : []));
    writeJsonLines(path('evaluation-dpo/rollouts.jsonl'), [...of('sft', 0), ...of('dpo', 1)]);

    const { metrics } = await measureCondition({ criteria, dpoCriteria }, config, path);
    const judged = rollouts.map(({ promptId, response }) => world.judge(promptId, response));
    for (const [name, key] of [
      ['helpful', 'helpfulness'],
      ['harmless', 'harmlessness'],
      ['fluent', 'fluency'],
    ] as const) {
      const gold = judged.map((verdict) => verdict[key]);
      const [first, second] = [0, 1].map((k) => mean(gold.filter((_, i) => i % 2 === k))) as [number, number];
      expect(metrics[`criteria.${name}`]).toBeCloseTo(second, 4);
      expect(metrics[`criteria.${name}Gain`]).toBeCloseTo((second - first) / 2, 4);
      expect(metrics[`dpoCriteria.${name}`]).toBeCloseTo(second, 4);
      expect(metrics[`dpoCriteria.${name}Gain`]).toBeCloseTo(second - first, 4);
    }
    expect(new Set(judged.map(({ harmlessness }) => harmlessness)).size).toBeGreaterThan(1);
  });
});
