/** How a chat template writes the assistant's turns: what ends them, and an answer in tokens. */
import type { Message } from '../types';
import type { ChatTemplate } from './chat-template';
import type { AddedToken } from './special-tokens';

/** Stands for an answer where a template is asked what it writes after one. */
const sampleAnswer = 'answer';

/** The added token that a template ends an assistant's turn with; undefined when it ends turns with none. */
export function turnEndToken(
  render: ChatTemplate,
  encode: (text: string) => number[],
  added: readonly AddedToken[],
): number | undefined {
  const turns: Message[] = [
    { role: 'user', content: 'question' },
    { role: 'assistant', content: sampleAnswer },
  ];
  let text: string;
  try {
    text = render(turns, false);
  } catch {
    // Broken, or for other conversations: what is wrong is said where one is rendered.
    return undefined;
  }
  const at = text.lastIndexOf(sampleAnswer);
  if (at < 0) return undefined;
  const [first] = encode(text.slice(at + sampleAnswer.length).trimStart());
  return added.some(({ id }) => id === first) ? first : undefined;
}

/**
 * An answer as the template writes it after a conversation, through the token that ends it: some templates strip it, put a
 * space or an empty thought before it.
 *
 * @param end of a turn.
 * @returns undefined where the template does not go on from the conversation, or writes no end: then the answer is its text.
 */
export function writtenAnswer(
  render: ChatTemplate,
  encode: (text: string) => number[],
  turns: readonly Message[],
  content: string,
  end: number,
): number[] | undefined {
  const before = render(turns, true);
  let whole: string;
  try {
    whole = render([...turns, { role: 'assistant', content }], false);
  } catch {
    // A template for prompts alone.
    return undefined;
  }
  if (!whole.startsWith(before)) return undefined;
  const prompt = encode(before);
  const tokens = encode(whole);
  if (prompt.some((id, i) => tokens[i] !== id)) return undefined;
  const last = tokens.lastIndexOf(end);
  return last < prompt.length ? undefined : tokens.slice(prompt.length, last + 1);
}
