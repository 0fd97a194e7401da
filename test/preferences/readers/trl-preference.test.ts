import { describe, expect, it } from 'vitest';
import { trlPreference } from '../../../lib/preferences/readers/trl-preference';

const parse = trlPreference.parser('');
const user = { role: 'user', content: 'Hi' };
const system = { role: 'system', content: 'Be kind.' };
const assistant = (content: string) => ({ role: 'assistant', content });

describe('trlPreference', () => {
  it('reads standard rows with a prompt', () => {
    expect(parse({ prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' })[0]).toMatchObject({
      prompt: 'The sky is',
      chosen: ' blue.',
      rejected: ' green.',
    });
  });

  it.each([
    ['a speaker', 'Q: What is blue?\nA:', ' The sky.', ' Thunder.'],
    ['a named assistant', 'User: hi\n\nAssistant:', ' a', ' b'],
    ['a chat template', '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n', 'Hello.', 'Here.'],
  ])('takes a common beginning that ends with the turn of %s for the prompt', (_, prompt, better, worse) => {
    expect(parse({ chosen: prompt + better, rejected: prompt + worse })[0]).toMatchObject({
      prompt,
      chosen: better,
      rejected: worse,
    });
  });

  it.each([
    ['The sky is blue.', 'The sky is green.'],
    ['Robin', 'Rock'],
    ['Plan: go\nHome', 'Plan: go\nHouse'],
  ])('never takes common first letters for a prompt: %j, %j', (chosen, rejected) => {
    expect(() => parse({ chosen, rejected })).toThrow(
      /is missing, and chosen and rejected do not begin with/,
    );
  });

  it('makes a turn of the user of a text prompt beside a system text or messages', () => {
    const answers = { chosen: 'Rouge-gorge', rejected: 'Robin' };
    const turns = [{ role: 'user', content: 'Name a bird.' }];
    expect(parse({ system: 'In French.', prompt: 'Name a bird.', ...answers })[0]).toMatchObject({
      prompt: [{ role: 'system', content: 'In French.' }, ...turns],
      ...answers,
    });
    const messages = { chosen: [assistant('Rouge-gorge')], rejected: [assistant('Robin')] };
    expect(parse({ prompt: 'Name a bird.', ...messages })[0]).toMatchObject({ prompt: turns, ...answers });
    expect(() => parse({ system: 's', prompt: [system, user], chosen: 'a', rejected: 'b' })).toThrow(
      /beside a system message/,
    );
  });

  it('joins text parts, and refuses pictures and tool calls', () => {
    const asked = (content: unknown) => ({ prompt: [{ role: 'user', content }], chosen: 'a', rejected: 'b' });
    const parts = [
      { type: 'text', text: 'Name ' },
      { type: 'text', text: 'a bird.' },
    ];
    expect(parse(asked(parts))[0]?.prompt).toEqual([{ role: 'user', content: 'Name a bird.' }]);
    expect(() => parse(asked([...parts, { type: 'image', url: 'x.png' }]))).toThrow(/a text as content/);
    expect(() =>
      parse({ prompt: [user], chosen: 'a', rejected: [{ ...assistant('b'), tool_calls: [{ id: 1 }] }] }),
    ).toThrow(/has 'tool_calls', which is not text/);
  });

  it('reads verdicts on criteria, and refuses other words for them', () => {
    const row = { prompt: 'p', chosen: 'a', rejected: 'b' };
    const verdicts = { helpful: 'chosen', harmless: 'rejected', fluent: 'tie' };
    expect(parse({ ...row, verdicts })[0]).toMatchObject({ verdicts });
    expect(parse(row)[0]).not.toHaveProperty('verdicts');
    for (const wrong of [{ helpful: 'a' }, ['chosen'], 'chosen'])
      expect(() => parse({ ...row, verdicts: wrong })).toThrow(
        'must be an object of chosen, rejected, tie by criterion, got',
      );
  });

  it('reads conversational rows with and without a prompt alike', () => {
    const explicit = { prompt: [system, user], chosen: [assistant('a')], rejected: [assistant('b')] };
    const implicit = { chosen: [system, user, assistant('a')], rejected: [system, user, assistant('b')] };
    const expected = { prompt: [system, user], chosen: 'a', rejected: 'b' };
    expect(parse(explicit)[0]).toMatchObject(expected);
    expect(parse(implicit)).toEqual(parse(explicit));
    expect(parse({ prompt: 'Hi', ...implicit })).toEqual(parse(explicit));
  });

  it('keeps the turns that lead to each answer where the conversations part before', () => {
    const more = { role: 'user', content: 'And?' };
    const chosen = [assistant('a'), more, assistant('c')];
    const expected = {
      prompt: [user],
      chosen: 'c',
      rejected: 'd',
      chosenContext: [assistant('a'), more],
      rejectedContext: [assistant('b'), more],
    };
    const rejected = [assistant('b'), more, assistant('d')];
    expect(parse({ prompt: [user], chosen, rejected })[0]).toMatchObject(expected);
    expect(parse({ chosen: [user, ...chosen], rejected: [user, ...rejected] })[0]).toMatchObject(expected);
    const { chosenContext, ...oneSide } = expected;
    expect(parse({ prompt: [user], chosen: [assistant('c')], rejected })).toMatchObject([oneSide]);
    expect(chosenContext).toHaveLength(2);
  });

  it('keeps margin, weight and the ids of the responses', () => {
    const more = { promptId: '7', task: 'list', margin: 0.25, weight: 2, chosenId: 'x', rejectedId: 'y' };
    expect(parse({ prompt: 'p', chosen: 'a', rejected: 'b', ...more })).toEqual([
      { prompt: 'p', chosen: 'a', rejected: 'b', ...more },
    ]);
  });

  it.each([
    ['equal answers', { prompt: 'p', chosen: 'a', rejected: 'a' }, /same text/],
    ['an empty answer', { prompt: 'p', chosen: 'a', rejected: '  ' }, /is empty/],
    [
      'equal conversations',
      { chosen: [user, assistant('a')], rejected: [user, assistant('a')] },
      /same conv/,
    ],
    [
      'conversations that part and end with the same answer',
      {
        chosen: [user, assistant('a'), user, assistant('c')],
        rejected: [user, assistant('b'), user, assistant('c')],
      },
      /same text/,
    ],
    [
      'an answer that repeats the prompt',
      { prompt: [user], chosen: [user, assistant('a')], rejected: [user, assistant('b')] },
      /must begin with the assistant's turn after the prompt, got user/,
    ],
    [
      'a conversation that does not end with an answer',
      { prompt: [user], chosen: [assistant('a'), user], rejected: [assistant('b')] },
      /must be one message of the assistant, got user/,
    ],
    [
      'conversations without a common beginning',
      { chosen: [assistant('a')], rejected: [assistant('b')] },
      /user's turn, got nothing/,
    ],
    [
      'a margin that is no number',
      { prompt: 'p', chosen: 'a', rejected: 'b', margin: 'wide' },
      /must be a number, got "wide"/,
    ],
  ])('refuses %s', (_, row, message) => {
    expect(() => parse(row)).toThrow(message);
  });
});
