import { describe, expect, it } from 'vitest';
import { stableJson } from '../lib/stable-json';

describe('stable JSON', () => {
  it('is one text for one content, however deep the keys were written in another order', () => {
    const one = { seed: 1, ppo: { klCoef: 0.1, layers: [{ size: 2, name: 'a' }] } };
    const other = { ppo: { layers: [{ name: 'a', size: 2 }], klCoef: 0.1 }, seed: 1 };
    expect(stableJson(one)).toBe('{"ppo":{"klCoef":0.1,"layers":[{"name":"a","size":2}]},"seed":1}');
    expect(stableJson(other)).toBe(stableJson(one));
  });

  it('keeps the order of lists, and leaves out what is undefined', () => {
    expect(stableJson([2, 1, { a: undefined, b: null }])).toBe('[2,1,{"b":null}]');
  });
});
