/** Anthropic's HH-RLHF: `chosen` and `rejected` are whole transcripts of '\n\nHuman: …' and '\n\nAssistant: …' turns. */
import type { Message, PreferencePair } from '../../types';
import { RowError } from './bad-row';
import { describeValue, nonEmpty, promptTags, stringField } from './fields';
import type { Layout, Row } from './layout';

const turnStart = /\n\n(Human|Assistant):/;
const lastReply = '\n\nAssistant:';

/** The prompt is everything before the last reply; it must be the same on both sides. */
export const hhRlhf: Layout<PreferencePair> = {
  name: 'hh-rlhf',
  fields: "chosen, rejected: transcripts of '\\n\\nHuman: …' and '\\n\\nAssistant: …'",
  recognises: (row) => isTranscript(row['chosen']) || isTranscript(row['rejected']),
  parser: () => (row) => {
    const chosen = splitTranscript(row, 'chosen');
    const rejected = splitTranscript(row, 'rejected');
    if (chosen.context !== rejected.context) {
      throw new RowError('rejected', 'has another context than chosen before the last reply');
    }
    nonEmpty(chosen.reply, 'chosen');
    nonEmpty(rejected.reply, 'rejected');
    if (chosen.reply === rejected.reply) throw new RowError('rejected', 'is the same text as chosen');
    const prompt = toMessages(chosen.context, 'chosen');
    return [{ ...promptTags(row, prompt), prompt, chosen: chosen.reply, rejected: rejected.reply }];
  },
};

function isTranscript(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('\n\nHuman:');
}

function splitTranscript(row: Row, field: string): { context: string; reply: string } {
  const text = stringField(row, field);
  const end = text.lastIndexOf(lastReply);
  if (!isTranscript(text) || end < 0) {
    throw new RowError(
      field,
      `must begin with '\\n\\nHuman:' and hold an Assistant's reply, got ${describeValue(text)}`,
    );
  }
  return { context: text.slice(0, end), reply: text.slice(end + lastReply.length).trim() };
}

/** Turns as they stand; the split keeps the speakers: ['', 'Human', ' text', 'Assistant', ' text', …]. */
function toMessages(context: string, field: string): readonly Message[] {
  const parts = context.split(turnStart).slice(1);
  const messages: Message[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    messages.push({
      role: parts[i] === 'Human' ? 'user' : 'assistant',
      content: (parts[i + 1] ?? '').trim(),
    });
  }
  if (messages.at(-1)?.role !== 'user') {
    throw new RowError(field, 'must have a Human turn before the last reply');
  }
  return messages;
}
