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

  it('takes the common beginning of standard rows for the prompt; the space goes to the answers', () => {
    expect(parse({ chosen: 'The sky is blue.', rejected: 'The sky is green.' })[0]).toMatchObject({
      prompt: 'The sky is',
      chosen: ' blue.',
      rejected: ' green.',
    });
  });

  it('reads verdicts on dimensions, and refuses other words for them', () => {
    const row = { prompt: 'p', chosen: 'a', rejected: 'b' };
    const verdicts = { helpful: 'chosen', harmless: 'rejected', fluent: 'tie' };
    expect(parse({ ...row, verdicts })[0]).toMatchObject({ verdicts });
    expect(parse(row)[0]).not.toHaveProperty('verdicts');
    for (const wrong of [{ helpful: 'a' }, ['chosen'], 'chosen'])
      expect(() => parse({ ...row, verdicts: wrong })).toThrow(
        'must be an object of chosen, rejected, tie by dimension, got',
      );
  });

  it('never cuts a character in two', () => {
    // 😀 and 😁 share their first unit.
    expect(parse({ chosen: 'a😀', rejected: 'a😁' })[0]).toMatchObject({
      prompt: 'a',
      chosen: '😀',
      rejected: '😁',
    });
  });

  it('reads conversational rows with and without a prompt alike', () => {
    const explicit = { prompt: [system, user], chosen: [assistant('a')], rejected: [assistant('b')] };
    const implicit = { chosen: [system, user, assistant('a')], rejected: [system, user, assistant('b')] };
    const expected = { prompt: [system, user], chosen: 'a', rejected: 'b' };
    expect(parse(explicit)[0]).toMatchObject(expected);
    expect(parse(implicit)).toEqual(parse(explicit));
    expect(parse({ prompt: 'Hi', ...implicit })).toEqual(parse(explicit));
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
      'answers of several messages',
      {
        chosen: [user, assistant('a'), user, assistant('c')],
        rejected: [user, assistant('b'), user, assistant('c')],
      },
      /must be one message of the assistant, got assistant, user, assistant/,
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
