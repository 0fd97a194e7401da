import { describe, expect, it } from 'vitest';
import { itemsOf } from '../../lib/filter/votes';
import { vote } from './make-vote';

describe('itemsOf', () => {
  it('puts votes on the same two answers together, whichever side they were shown on', () => {
    const items = itemsOf([vote('x>y', 'm'), vote('y>x', 'n'), vote('y=x', 'o'), vote('x>z', 'm')]);
    expect(items.map(({ first, second }) => first.responseId + second.responseId)).toEqual(['xy', 'xz']);
    expect(items[0]?.votes).toEqual([
      { annotator: 'm', choice: 'first' },
      { annotator: 'n', choice: 'second' },
      { annotator: 'o', choice: 'tie' },
    ]);
  });

  it('keeps prompts apart though their response ids are equal', () => {
    expect(itemsOf([vote('x>y', 'm', '1'), vote('x>y', 'm', '2')])).toHaveLength(2);
  });

  it('turns verdicts on criteria with the sides', () => {
    const verdicts = { helpful: 'a', harmless: 'b', fluent: 'tie' } as const;
    const [item] = itemsOf([{ ...vote('y>x', 'm'), verdicts }]);
    expect(item?.votes).toEqual([
      {
        annotator: 'm',
        choice: 'second',
        verdicts: { helpful: 'second', harmless: 'first', fluent: 'tie' },
      },
    ]);
  });

  it('carries prompt, task and language, and nothing of the vote', () => {
    const [item] = itemsOf([{ ...vote('x>y'), task: 'list', language: 'en' }]);
    expect(item?.record).toEqual({ promptId: 'p', prompt: 'prompt p', task: 'list', language: 'en' });
  });
});
