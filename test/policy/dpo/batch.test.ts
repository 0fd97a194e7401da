import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { batch } from '../../../lib/policy/dpo/batch';
import { encodePair } from '../../../lib/policy/dpo/rows';
import { responseLengths } from '../../../lib/train/responses';
import { dpoConfig, tokenizer } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const limits = { maxPromptTokens: 4, maxResponseTokens: 4 };
const row = (prompt: string, chosen: string, rejected: string, refs: [number, number]) => ({
  ...encodePair(tokenizer, { promptId: prompt, prompt, chosen, rejected }, limits),
  refChosenLogps: refs[0],
  refRejectedLogps: refs[1],
});

describe('batch', () => {
  it('lays the chosen rows before the rejected ones, normalised by the pairs and tokens of the whole step', () => {
    const whole = [row('a', 'b', 'cd', [-1, -2]), row('b', 'bcd', 'c', [-3, -4])];
    const second = whole.slice(1);
    const laid = batch(second, whole, tokenizer.padTokenId, dpoConfig(limits), 8);
    expect(laid.sequences.tokens.shape).toEqual([2, 32]);
    expect(responseLengths(laid.sequences).arraySync()).toEqual([4, 2]);
    expect([...laid.refChosenLogps.dataSync(), ...laid.refRejectedLogps.dataSync()]).toEqual([-3, -4]);
    expect([laid.count.dataSync()[0], laid.chosenTokens.dataSync()[0]]).toEqual([2, 2 + 4]);
    expect(laid).not.toHaveProperty('demonstrations');
  });
});
