import { describe, expect, it } from 'vitest';
import { moments, partMetrics, penaliseMissingEnd, scoreInParts } from '../../lib/policy/scores';
import { countA } from './support/tiny-policy';

describe('scoreInParts', () => {
  it('asks a scorer for its parts, and takes the scores alone of one that has none', async () => {
    const inputs = [{ promptId: 'p', prompt: 'say', response: 'aab' }];
    expect(await scoreInParts(countA, inputs)).toEqual({ scores: Float32Array.of(2), parts: {} });
    const both = { scores: Float32Array.of(1), parts: { helpful: Float32Array.of(4) } };
    const scorer = Object.assign(async () => Float32Array.of(9), { inParts: async () => both });
    expect(await scoreInParts(scorer, inputs)).toBe(both);
  });
});

describe('penaliseMissingEnd', () => {
  it('takes the penalty off responses that were cut off only', () => {
    const responses = [{ finished: true }, { finished: false }];
    expect(penaliseMissingEnd(responses, Float32Array.of(3, 2), { missingEosPenalty: 1.5 })).toEqual([
      3, 0.5,
    ]);
  });
});

describe('partMetrics', () => {
  it('gives mean and unbiased deviation under the names of reward functions', () => {
    const parts = { helpful: Float32Array.of(1, 2, 3) };
    expect(partMetrics({ scores: Float32Array.of(0, 0, 0), parts })).toEqual({
      'rewards/helpful/mean': 2,
      'rewards/helpful/std': 1,
    });
    expect(moments([4])).toEqual({ mean: 4, std: 0 });
  });
});
