import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { ensembleScorer } from '../../lib/reward/ensemble';
import type { Scorer } from '../../lib/types';

const fixed =
  (...scores: number[]): Scorer =>
  async () =>
    Float32Array.from(scores);
const inputs = ['a', 'b'].map((response) => ({ promptId: 'p', prompt: 'p', response }));

describe('ensembleScorer', () => {
  // Means 2 and 1; deviations √(2/3) and 0.
  const members = [fixed(1, 1), fixed(2, 1), fixed(3, 1)];

  it('takes λ standard deviations off the mean, and tells them', async () => {
    const ensemble = ensembleScorer(members, 3);
    const spread = Math.sqrt(2 / 3);
    const parts = await ensemble.inParts?.(inputs);
    expect(parts?.parts['disagreement']?.[0]).toBeCloseTo(spread, 6);
    expect(parts?.parts['disagreement']?.[1]).toBe(0);
    expect(parts?.scores[0]).toBeCloseTo(2 - 3 * spread, 6);
    expect(parts?.scores[1]).toBe(1);
    expect(await ensemble(inputs)).toEqual(parts?.scores);
  });

  it('is the mean without a penalty', async () => {
    expect([...(await ensembleScorer(members, 0)(inputs))]).toEqual([2, 1]);
  });

  it('prefers the response that the members agree on, where the means are equal', async () => {
    const [agreed, disputed] = await ensembleScorer([fixed(1, 3), fixed(1, -1)], 0.5)(inputs);
    expect(agreed).toBeGreaterThan(disputed as number);
  });

  it('refuses a single member and a negative penalty', () => {
    expect(() => ensembleScorer([fixed(1)], 1)).toThrow(InputError);
    expect(() => ensembleScorer([fixed(1)], 1)).toThrow('must be 2 or more reward models, got 1');
    expect(() => ensembleScorer(members, -1)).toThrow('the penalty must be ≥ 0, got -1');
  });
});
