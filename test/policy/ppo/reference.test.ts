import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { scoreReference } from '../../../lib/policy/ppo/reference';
import { createRng } from '../../../lib/random';
import { countA, ppoConfig, prompts, tinyPolicy } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));

describe('scoreReference', () => {
  it('gives every prompt the mean score of the reference’s own answers, the penalty included', async () => {
    const reference = tinyPolicy();
    const asked: string[] = [];
    const scorer: typeof countA = (inputs) => {
      asked.push(...inputs.map(({ response }) => response));
      return countA(inputs);
    };
    const given = ppoConfig({ referenceSamples: 3, missingEosPenalty: 0 });
    const few = prompts.slice(0, 4);
    const scores = await scoreReference(reference, { prompts: few, scorer }, given, createRng(3));
    expect([...(scores?.keys() ?? [])]).toEqual(few.map(({ promptId }) => promptId));
    const counts = asked.map((response) => response.split('a').length - 1);
    expect([...(scores?.values() ?? [])][1]).toBeCloseTo(
      counts.slice(3, 6).reduce((sum, count) => sum + count, 0) / 3,
      6,
    );
    const penalised = await scoreReference(
      reference,
      { prompts: few, scorer: async (inputs) => new Float32Array(inputs.length) },
      { ...given, missingEosPenalty: 2 },
      createRng(3),
    );
    for (const score of penalised?.values() ?? [])
      expect([0, -2 / 3, -4 / 3, -2].some((v) => Math.abs(v - score) < 1e-9)).toBe(true);
    const other = { ...given, rewardBaseline: 'batchMean' } as const;
    expect(await scoreReference(reference, { prompts: few, scorer }, other, createRng(3))).toBeUndefined();
  });
});
