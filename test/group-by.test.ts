import { describe, expect, it } from 'vitest';
import { groupBy } from '../lib/group-by';

describe('groupBy', () => {
  it('groups in the order of first rows, whatever the keys', () => {
    expect([...groupBy([3, 1, 4, 1, 5], (x) => x % 2)]).toEqual([
      [1, [3, 1, 1, 5]],
      [0, [4]],
    ]);
    // Keys of an object would come in ascending order.
    expect([...groupBy(['9', '10', '9'], (x) => x).keys()]).toEqual(['9', '10']);
  });

  it('has no group of nothing', () => {
    expect(groupBy([], (x) => x).size).toBe(0);
  });
});
