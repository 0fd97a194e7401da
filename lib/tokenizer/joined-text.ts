/** A prompt and a response that are text: tokenized as the one text that they are, and parted where the response begins. */
import type { Tokenizer } from './tokenizer';

/**
 * Tokens of `prompt + response`. A token belongs to the prompt when its characters do; one that holds the end of the prompt
 * and the beginning of the response is the response's, which begins with it.
 *
 * @returns without the token that ends a response.
 */
export function encodeJoined(
  tokenizer: Pick<Tokenizer, 'renderPrompt' | 'decode'>,
  prompt: string,
  response: string,
): { promptTokens: number[]; responseTokens: number[] } {
  const alone = tokenizer.renderPrompt(prompt);
  const whole = tokenizer.renderPrompt(prompt + response);
  let end = alone.findIndex((id, i) => whole[i] !== id);
  if (end < 0) end = alone.length;
  else end = lastWithin(tokenizer, whole, end, prompt);
  return { promptTokens: whole.slice(0, end), responseTokens: whole.slice(end) };
}

/** How many tokens, `from` at least, spell a beginning of `prompt`: the tokenizer gives no offsets, so text is compared. */
function lastWithin(
  tokenizer: Pick<Tokenizer, 'decode'>,
  whole: readonly number[],
  from: number,
  prompt: string,
): number {
  let last = from;
  for (let count = from + 1; count <= whole.length; count++) {
    const text = tokenizer.decode(whole.slice(0, count));
    if (prompt.startsWith(text)) last = count;
    // Bytes that finish no character yet are spelled as U+FFFD.
    else if (!prompt.startsWith(text.replace(/\uFFFD+$/, ''))) break;
  }
  return last;
}
