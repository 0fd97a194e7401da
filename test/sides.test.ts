import { describe, expect, it } from 'vitest';
import { parseConfig } from '../lib/config';
import { filterPairs, filterVotes } from '../lib/filter/chain';
import { filterFields } from '../lib/filter/config';
import { encodePair as encodeDpoPair, longerSide } from '../lib/policy/dpo/rows';
import { oneScore } from '../lib/reward/criteria';
import { encodePair as encodeRewardPair } from '../lib/reward/rows';
import { pairInputs } from '../lib/reward/scorecard/score-pairs';
import { withContext } from '../lib/sides';
import { differingPairs } from '../lib/train/sequences';
import type { Message, PreferencePair, Prompt } from '../lib/types';
import { tokenizer } from './policy/support/tiny-policy';

const textOf = (prompt: Prompt): string =>
  typeof prompt === 'string' ? prompt : prompt.map(({ content }) => content).join('');
const turns = { ...tokenizer, renderPrompt: (prompt: Prompt) => [0, ...tokenizer.encode(textOf(prompt))] };
const context = (answer: string): Message[] => [
  { role: 'assistant', content: answer },
  { role: 'user', content: 'e' },
];
const pair: PreferencePair = {
  promptId: 'p',
  prompt: [{ role: 'user', content: 'a' }],
  chosen: 'c',
  rejected: 'd',
  chosenContext: context('b'),
  rejectedContext: context('bbb'),
};
const limits = { maxPromptTokens: 9, maxResponseTokens: 9 };

describe('withContext', () => {
  it('makes a conversation of a text that turns follow', () => {
    expect(withContext('a', undefined)).toBe('a');
    expect(withContext('a', context('b'))).toEqual([{ role: 'user', content: 'a' }, ...context('b')]);
  });
});

describe('a pair whose conversations part before the answers', () => {
  it('is read on each side with the turns of that side', () => {
    const row = encodeDpoPair(turns, pair, limits);
    expect(row.chosen.promptTokens).toEqual([0, ...tokenizer.encode('abe')]);
    expect(row.rejected.promptTokens).toEqual([0, ...tokenizer.encode('abbbe')]);
    expect(longerSide(row)).toBe(6 + 2);
    const reward = encodeRewardPair(turns, pair, limits, oneScore);
    expect(reward.rejected).toEqual([...row.rejected.promptTokens, ...row.rejected.responseTokens]);
    expect(pairInputs([pair]).map(({ prompt, response }) => [textOf(prompt), response])).toEqual([
      ['abe', 'c'],
      ['abbbe', 'd'],
    ]);
  });

  it('differs even where the answers do not', () => {
    const same = { ...pair, rejected: pair.chosen };
    expect(differingPairs('dpo', [same, pair], turns, limits)).toHaveLength(2);
  });

  it('goes through the filter with its turns, from pairs and from votes', () => {
    const config = parseConfig('filter', filterFields, { minPromptCharacters: 0, maxCharacterShare: 1 });
    const other = { ...pair, chosenContext: context('bb') };
    expect(filterPairs([pair, other, pair], config)).toMatchObject({
      pairs: [pair, other],
      report: { duplicates: 1, statistics: { turns: 2, historyTokens: 2 } },
    });
    const vote = {
      promptId: 'p',
      prompt: pair.prompt,
      a: { responseId: 'x', text: 'c', context: context('b') },
      b: { responseId: 'y', text: 'd', context: context('bbb') },
      winner: 'a',
      annotator: 'ann',
    } as const;
    expect(filterVotes([vote], config).pairs).toMatchObject([pair]);
    const sampled = { ...vote, b: { ...vote.a, responseId: 'z', text: 'c', context: context('bbb') } };
    expect(filterVotes([vote, { ...vote, a: sampled.b }], config).report.items).toBe(2);
  });
});
