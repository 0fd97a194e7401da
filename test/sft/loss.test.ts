import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { loss } from '../../lib/sft/loss';
import { demonstrationMicrobatches, encodeDemonstration } from '../../lib/train/demonstrations';
import { demonstrations, numbersOfLoss, tinyPolicy, tokenizer } from '../policy/support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const { params, config: model } = tinyPolicy();

describe('loss', () => {
  it('of the parts of a step adds up to that of the whole, near ln 16 for random weights', () => {
    const rows = demonstrations.slice(0, 6).map((row) => encodeDemonstration(tokenizer, row, 'lastTurn', 16));
    const of = (parts: number) =>
      demonstrationMicrobatches(rows, parts, tokenizer.padTokenId, { maxLength: 16 }).map((batch) =>
        numbersOfLoss(loss(params, batch, model)),
      );
    const [[whole], parts] = [of(1), of(3)];
    expect(Object.keys(whole ?? {})).toEqual(['loss', 'mean_token_accuracy', 'entropy']);
    expect(Math.abs((whole?.['loss'] as number) - Math.log(16))).toBeLessThan(2);
    for (const [key, value] of Object.entries(whole ?? {}))
      expect(parts.reduce((sum, part) => sum + (part[key] as number), 0)).toBeCloseTo(value, 5);
  });
});
