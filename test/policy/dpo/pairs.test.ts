import { describe, expect, it } from 'vitest';
import { pairsFromSamples, type ScoredRollout } from '../../../lib/policy/dpo/pairs';

const sample = (promptId: string, response: string, score: number): ScoredRollout => ({
  promptId,
  prompt: 'Say hello.',
  response,
  finished: true,
  responseTokens: 2,
  score,
});

describe('pairsFromSamples', () => {
  it('sets the best sample of a prompt against the worst', () => {
    const pairs = pairsFromSamples([sample('p', 'hi', 1), sample('p', 'no', -2), sample('p', 'hello', 3)]);
    expect(pairs).toEqual([
      { promptId: 'p', prompt: 'Say hello.', chosen: 'hello', rejected: 'no', margin: 5 },
    ]);
  });

  it('makes no pair of scores that are too close, of equal texts or of an empty one', () => {
    expect(pairsFromSamples([sample('p', 'a', 1), sample('p', 'b', 1)])).toEqual([]);
    expect(pairsFromSamples([sample('p', 'a', 1), sample('p', 'b', 1.5)], 0.5)).toEqual([]);
    expect(pairsFromSamples([sample('p', 'a', 1), sample('p', ' a ', 2)])).toEqual([]);
    expect(pairsFromSamples([sample('p', '', 1), sample('p', 'a', 2)])).toEqual([]);
  });
});
