import { describe, expect, it } from 'vitest';
import { bootstrapMean } from '../../lib/evaluation/bootstrap';
import { pairedDifference } from '../../lib/evaluation/compare';
import { createRng } from '../../lib/random';

describe('pairedDifference', () => {
  it('subtracts prompt by prompt, whatever the order', () => {
    const policy = new Map([
      ['a', 3],
      ['b', 5],
    ]);
    const baseline = new Map([
      ['b', 1],
      ['a', 1],
    ]);
    expect(pairedDifference(policy, baseline, { rng: createRng(1) })).toEqual({
      difference: 3,
      differenceCi: [2, 4],
    });
  });

  it('is narrower than unpaired intervals where prompts differ in difficulty', () => {
    const rng = createRng(1);
    const baseline = new Map(Array.from({ length: 80 }, (_, i) => [`p${i}`, 10 * rng.normal()]));
    const policy = new Map([...baseline].map(([id, value]) => [id, value + 1 + 0.1 * rng.normal()]));
    const { difference, differenceCi } = pairedDifference(policy, baseline, { rng: createRng(2) });
    const alone = bootstrapMean([...policy.values()], { rng: createRng(2) });
    expect(difference).toBeCloseTo(1, 1);
    expect(differenceCi[1] - differenceCi[0]).toBeLessThan((alone[1] - alone[0]) / 20);
  });

  it('refuses other prompts', () => {
    expect(() => pairedDifference(new Map([['a', 1]]), new Map([['b', 1]]), { rng: createRng(1) })).toThrow(
      /prompt/,
    );
  });
});
