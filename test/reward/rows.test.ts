import { describe, expect, it } from 'vitest';
import { oneScore } from '../../lib/reward/criteria';
import { countDecided, encodePair, rewardRows } from '../../lib/reward/rows';
import { tinyModels } from './tiny-model';

const { tokenizer } = tinyModels();
const limits = { maxPromptTokens: 9, maxResponseTokens: 9 };

describe('encodePair', () => {
  it('joins prompt, response and end-of-turn token on both sides', () => {
    const pair = { promptId: 'p', prompt: 'ab', chosen: 'c', rejected: 'de', margin: 0.3, weight: 2 };
    expect(encodePair(tokenizer, pair, limits, oneScore)).toEqual({
      chosen: [0, 2, 3, 4, 1],
      rejected: [0, 2, 3, 5, 6, 1],
      margin: 0.3,
      weight: 2,
      verdicts: ['chosen'],
    });
  });

  it('takes the verdicts on the criteria of the run, in their order, a tie where there is none', () => {
    const verdicts = { harmless: 'rejected', helpful: 'chosen' } as const;
    const pair = { promptId: 'p', prompt: 'ab', chosen: 'c', rejected: 'de', verdicts };
    const criteria = ['helpful', 'harmless', 'fluent', 'overall'].map((name) => ({ name, weight: 1 }));
    expect(encodePair(tokenizer, pair, limits, criteria).verdicts).toEqual([
      'chosen',
      'rejected',
      'tie',
      'chosen',
    ]);
  });

  it('keeps the end of a prompt that is too long and the beginning of a response that is', () => {
    const pair = { promptId: 'p', prompt: 'abcd', chosen: 'efgh', rejected: 'a' };
    const short = { maxPromptTokens: 2, maxResponseTokens: 3 };
    const { chosen, margin, weight } = encodePair(tokenizer, pair, short, oneScore);
    expect(chosen).toEqual([4, 5, 6, 7, 8]);
    expect([margin, weight]).toEqual([0, 1]);
  });

  it('counts the chosen side of every pair as the better one where there is one score, whatever its verdicts', () => {
    const verdicts = { score: 'tie', overall: 'rejected' } as const;
    const pair = { promptId: 'p', prompt: 'ab', chosen: 'c', rejected: 'd', verdicts };
    expect(encodePair(tokenizer, pair, limits, oneScore).verdicts).toEqual(['chosen']);
  });
});

describe('rewardRows', () => {
  const pairOf = (chosen: string, verdict: 'chosen' | 'tie') =>
    ({ promptId: 'p', prompt: 'ab', chosen, rejected: 'd', verdicts: { own: verdict } }) as const;
  const criteria = [{ name: 'own', weight: 1 }];

  it('keeps the order of training pairs and sorts those held out by length', () => {
    const pairs = [pairOf('ccc', 'chosen'), pairOf('c', 'tie')];
    const rows = rewardRows({ training: pairs, heldOut: pairs }, tokenizer, limits, criteria);
    expect(rows.training.map(({ chosen }) => chosen.length)).toEqual([7, 5]);
    expect(rows.heldOut.map(({ chosen }) => chosen.length)).toEqual([5, 7]);
    expect(countDecided(rows.training, 0)).toBe(1);
  });

  it('refuses a criterion that no training pair has a verdict on', () => {
    const split = { training: [pairOf('c', 'tie')], heldOut: [pairOf('c', 'chosen')] };
    expect(() => rewardRows(split, tokenizer, limits, criteria)).toThrow(
      "reward: none of 1 training pairs has a verdict on criterion 'own'",
    );
  });
});
