import { describe, expect, it } from 'vitest';
import { byPrompt, meanByPrompt, requireSamePrompts } from '../../lib/evaluation/judged';

const rows = [
  { promptId: 'b', quality: 1 },
  { promptId: 'a', quality: 0 },
  { promptId: 'b', quality: 3 },
];

describe('byPrompt', () => {
  it('groups the samples of a prompt in order of first appearance', () => {
    expect([...byPrompt(rows)].map(([id, group]) => [id, group.length])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });
});

describe('meanByPrompt', () => {
  it('averages over the samples of each prompt', () => {
    expect(Object.fromEntries(meanByPrompt(rows, (row) => row.quality))).toEqual({ a: 0, b: 2 });
  });
});

describe('requireSamePrompts', () => {
  it('names the prompt that one side lacks', () => {
    const one = new Map([['a', 1]]);
    const two = new Map([
      ['a', 1],
      ['b', 1],
    ]);
    expect(() => requireSamePrompts(two, one)).toThrow("the baseline has no response to prompt 'b'");
    expect(() => requireSamePrompts(one, two)).toThrow("the policy has no response to prompt 'b'");
  });

  it('refuses a baseline without responses', () => {
    expect(() => requireSamePrompts(new Map(), new Map())).toThrow('the baseline has no responses');
  });
});
