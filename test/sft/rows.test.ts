import { describe, expect, it } from 'vitest';
import { createRng } from '../../lib/random';
import { sftRows } from '../../lib/sft/rows';
import { demonstrations, tokenizer } from '../policy/support/tiny-policy';

const config = { loss: 'assistant', maxLength: 16, evalFraction: 0.25 } as const;

describe('sftRows', () => {
  it('holds a random share out, the same for the same stream', () => {
    const { training, heldOut } = sftRows(demonstrations, tokenizer, config, createRng(1));
    expect([training.length, heldOut.length]).toEqual([18, 6]);
    expect(sftRows(demonstrations, tokenizer, config, createRng(1)).heldOut).toEqual(heldOut);
    expect(sftRows(demonstrations, tokenizer, config, createRng(2)).heldOut).not.toEqual(heldOut);
  });

  it('leaves out rows without a token that counts, and refuses when none is left', () => {
    const empty = { promptId: 'p', prompt: 'a', response: '' };
    const none = { ...tokenizer, renderResponse: (text: string) => tokenizer.encode(text) };
    const rows = sftRows(
      [empty, { ...empty, response: 'b' }],
      none,
      { ...config, evalFraction: 0 },
      createRng(1),
    );
    expect(rows.training).toEqual([{ tokens: [0, 2, 3], lossMask: [0, 0, 1] }]);
    expect(() => sftRows([empty], none, config, createRng(1))).toThrow(
      'sft: no demonstration holds a token that counts in the loss',
    );
  });
});
