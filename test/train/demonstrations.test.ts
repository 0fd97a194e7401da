import { describe, expect, it } from 'vitest';
import { encodeDemonstration } from '../../lib/train/demonstrations';
import { tokenizer } from '../policy/support/tiny-policy';

describe('a demonstration', () => {
  const encode = (finished?: boolean) =>
    encodeDemonstration(
      tokenizer,
      { promptId: 'p', prompt: 'a', response: 'b', ...(finished !== undefined && { finished }) },
      'lastTurn',
      16,
    );

  it('ends with the token that ends a turn, which counts in the loss', () => {
    expect(encode()).toEqual({ tokens: [0, 2, 3, 1], lossMask: [0, 0, 1, 1] });
    expect(encode(true)).toEqual(encode());
  });

  it('that was cut at a length limit has no end to imitate', () => {
    expect(encode(false)).toEqual({ tokens: [0, 2, 3], lossMask: [0, 0, 1] });
  });
});
