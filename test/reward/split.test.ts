import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { splitPairs } from '../../lib/reward/split';
import type { PreferencePair } from '../../lib/types';
import { randomPairs, rewardConfig, tinyModels } from './tiny-model';

const { tokenizer } = tinyModels();
const pairs = randomPairs(100);
const ids = (rows: readonly PreferencePair[]): Set<string> => new Set(rows.map((row) => row.promptId));

describe('splitPairs', () => {
  it('holds whole prompts out, and balances only the rest', () => {
    const { training, heldOut, lengthBalance } = splitPairs(
      pairs,
      rewardConfig({ lengthBalance: 'drop', lengthBalanceBuckets: 3 }),
      tokenizer,
    );
    expect(ids(heldOut).size).toBe(10);
    expect(heldOut).toHaveLength(20);
    expect([...ids(training)].filter((id) => ids(heldOut).has(id))).toEqual([]);
    expect(lengthBalance.pairs.before).toBe(80);
    expect(training.length).toBe(lengthBalance.pairs.after);
    expect(lengthBalance.lengthOnlyAccuracy.after).toBeCloseTo(0.5, 10);
  });

  it('holds the same pairs out whatever the balancing, and others for another seed', () => {
    const heldOut = (given: Parameters<typeof rewardConfig>[0]): readonly PreferencePair[] =>
      splitPairs(pairs, rewardConfig(given), tokenizer).heldOut;
    expect(heldOut({ lengthBalance: 'resample' })).toEqual(heldOut({}));
    expect(heldOut({ seed: 2 })).not.toEqual(heldOut({}));
  });

  it('holds at least one prompt out of few, and none when the share is 0 or there is one prompt', () => {
    expect(
      splitPairs(pairs.slice(0, 6), rewardConfig({ evalFraction: 0.01 }), tokenizer).heldOut,
    ).toHaveLength(2);
    expect(splitPairs(pairs, rewardConfig({ evalFraction: 0 }), tokenizer).heldOut).toHaveLength(0);
    expect(splitPairs(pairs.slice(0, 2), rewardConfig(), tokenizer).training).toHaveLength(2);
  });

  it.each([
    ['no pairs', [], /no preference pairs/],
    ['an empty answer', [{ rejected: ' ' }], /pair 1 \(prompt p\): rejected is empty/],
    ['identical answers', [{}, { rejected: 'ab' }], /pair 2 \(prompt p\): chosen and rejected are identical/],
    ['a margin that is no number', [{ margin: NaN }], /margin must be a number, got NaN/],
    ['a negative weight', [{ weight: -1 }], /weight must be a number ≥ 0, got -1/],
  ] as [string, Partial<PreferencePair>[], RegExp][])('refuses %s in one sentence', (_, given, message) => {
    const rows = given.map((row) => ({ promptId: 'p', prompt: 'a', chosen: 'ab', rejected: 'c', ...row }));
    const split = (): unknown => splitPairs(rows, rewardConfig(), tokenizer);
    expect(split).toThrow(InputError);
    expect(split).toThrow(message);
  });

  it('refuses pairs that balancing leaves nothing of', () => {
    const rows = [{ promptId: 'p', prompt: 'a', chosen: 'abc', rejected: 'c' }];
    expect(() => splitPairs(rows, rewardConfig({ lengthBalance: 'drop' }), tokenizer)).toThrow(
      /left none of 1 pairs/,
    );
  });
});
