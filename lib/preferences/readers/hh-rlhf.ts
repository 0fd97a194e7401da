/** Anthropic's HH-RLHF: `chosen` and `rejected` are whole transcripts of '\n\nHuman: …' and '\n\nAssistant: …' turns. */
import type { Message, PreferencePair } from '../../types';
import { RowError } from './bad-row';
import { describeValue, nonEmpty, promptTags, stringField } from './fields';
import { hasFields, type Layout, type Row } from './layout';

const turnStart = /\n\n(Human|Assistant|System):/;
const roles: Readonly<Record<string, Message['role']>> = {
  Human: 'user',
  Assistant: 'assistant',
  System: 'system',
};

/**
 * The prompt is everything before the last reply; it must be the same on both sides. Line ends of Windows, white space
 * before the first turn and its absence make no difference. A Human turn after the last reply is no part of the pair.
 */
export const hhRlhf: Layout<PreferencePair> = {
  name: 'hh-rlhf',
  fields: "chosen, rejected: transcripts of '\\n\\nHuman: …' and '\\n\\nAssistant: …'",
  reads: ['chosen', 'rejected', 'prompt'],
  example: {
    chosen: '\n\nHuman: Name a bird that cannot fly.\n\nAssistant: The penguin.',
    rejected: '\n\nHuman: Name a bird that cannot fly.\n\nAssistant: The sparrow.',
  },
  recognises: (row) =>
    hasFields(row, 'chosen', 'rejected') && (isTranscript(row['chosen']) || isTranscript(row['rejected'])),
  parser: () => (row) => {
    const chosen = splitTranscript(row, 'chosen');
    const rejected = splitTranscript(row, 'rejected');
    if (JSON.stringify(chosen.context) !== JSON.stringify(rejected.context)) {
      throw new RowError('rejected', 'has another context than chosen before the last reply');
    }
    nonEmpty(chosen.reply, 'chosen');
    nonEmpty(rejected.reply, 'rejected');
    if (chosen.reply === rejected.reply) throw new RowError('rejected', 'is the same text as chosen');
    refuseOtherPrompt(row);
    const prompt = chosen.context;
    if (prompt.at(-1)?.role !== 'user') {
      throw new RowError('chosen', 'must have a Human turn before the last reply');
    }
    return [{ ...promptTags(row, prompt), prompt, chosen: chosen.reply, rejected: rejected.reply }];
  },
};

/** A text that begins with a speaker and holds a reply. */
function isTranscript(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  return /^\s*(Human|System):/.test(value) && /\n\nAssistant:/.test(withLineFeeds(value));
}

function splitTranscript(row: Row, field: string): { context: readonly Message[]; reply: string } {
  const text = stringField(row, field);
  const turns = turnsOf(text);
  while (turns.at(-1)?.role === 'user') turns.pop();
  const reply = turns.pop();
  if (!isTranscript(text) || reply?.role !== 'assistant') {
    throw new RowError(
      field,
      `must begin with '\\n\\nHuman:' and hold an Assistant's reply, got ${describeValue(text)}`,
    );
  }
  return { context: turns, reply: reply.content };
}

/** Turns as they stand; the split keeps the speakers: ['', 'Human', ' text', 'Assistant', ' text', …]. */
function turnsOf(text: string): Message[] {
  const parts = `\n\n${withLineFeeds(text).trimStart()}`.split(turnStart).slice(1);
  const messages: Message[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    messages.push({
      role: roles[parts[i] as string] as Message['role'],
      content: (parts[i + 1] ?? '').trim(),
    });
  }
  return messages;
}

/** Some copies hold the prompt as well: it must be where the transcripts begin. */
function refuseOtherPrompt(row: Row): void {
  if (!hasFields(row, 'prompt')) return;
  const prompt = withLineFeeds(stringField(row, 'prompt')).trim();
  if (!withLineFeeds(stringField(row, 'chosen')).trim().startsWith(prompt)) {
    throw new RowError('prompt', 'is not the beginning of the transcripts');
  }
}

function withLineFeeds(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}
