import { describe, expect, it } from 'vitest';
import { encodeJoined } from '../../lib/tokenizer/joined-text';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import { encodeTurn } from '../../lib/train/sequences';

const texts = ['the worldly world word', 'wor', 'ld', 'say 你好', 'héhé', 'the world'];
const tokenizer = createTokenizer(trainByteLevelBpe(texts, { vocabSize: 330 }));
const spell = (ids: readonly number[]): string => tokenizer.decode(ids);

describe('encodeJoined', () => {
  it.each([
    ['the', ' world'],
    ['the world', ''],
    ['', 'the world'],
    ['the\n', '\nworld'],
    ['say 你', '!'],
  ])('of %j and %j gives the tokens of the whole text', (prompt, response) => {
    const { promptTokens, responseTokens } = encodeJoined(tokenizer, prompt, response);
    expect([...promptTokens, ...responseTokens]).toEqual(tokenizer.renderPrompt(prompt + response));
    expect(spell(promptTokens)).toBe(prompt);
  });

  it.each([
    ['the wor', 'ld'],
    ['say 你', '好'],
    ['h', 'éhé'],
  ])('of %j and %j gives the token that holds both to the response', (prompt, response) => {
    const whole = tokenizer.renderPrompt(prompt + response);
    expect(whole).not.toEqual([...tokenizer.renderPrompt(prompt), ...tokenizer.encode(response)]);
    const { promptTokens, responseTokens } = encodeJoined(tokenizer, prompt, response);
    expect([...promptTokens, ...responseTokens]).toEqual(whole);
    expect(prompt.startsWith(spell(promptTokens))).toBe(true);
    const further = spell([...promptTokens, responseTokens[0] as number]);
    expect(further.startsWith(prompt)).toBe(true);
    expect(further.length).toBeGreaterThan(prompt.length);
  });

  it('finds the boundary behind tokens that the prompt alone does not have', () => {
    // Alone "ab" is one token, before "cd" it is two.
    const ids: Readonly<Record<string, number[]>> = { ab: [9], abcd: [1, 2, 5] };
    const letters: Readonly<Record<number, string>> = { 1: 'a', 2: 'b', 5: 'cd', 9: 'ab' };
    const made = {
      renderPrompt: (text: unknown) => ids[text as string] ?? [],
      decode: (tokens: readonly number[]) => tokens.map((id) => letters[id]).join(''),
    };
    expect(encodeJoined(made, 'ab', 'cd')).toEqual({ promptTokens: [1, 2], responseTokens: [5] });
  });
});

describe('encodeTurn', () => {
  it('ends a finished text with EOS, and leaves conversations to the template', () => {
    const { eosTokenId } = tokenizer;
    const joined = encodeJoined(tokenizer, 'the wor', 'ld');
    expect(encodeTurn(tokenizer, 'the wor', 'ld', false)).toEqual(joined);
    expect(encodeTurn(tokenizer, 'the wor', 'ld', true).responseTokens).toEqual([
      ...joined.responseTokens,
      eosTokenId,
    ]);
    const turns = [{ role: 'user' as const, content: 'the wor' }];
    expect(encodeTurn(tokenizer, turns, 'ld', true)).toEqual({
      promptTokens: tokenizer.renderPrompt(turns),
      responseTokens: tokenizer.renderResponse('ld', turns),
    });
  });
});
