/** Checked access to the fields of a row: each function returns what it promises or throws a RowError that says why. */
import { createHash } from 'node:crypto';
import type { Message, Prompt, PromptRecord, PromptTags } from '../../types';
import { RowError } from './bad-row';
import type { Row } from './layout';

/** What a value is, in the words of error messages. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

export function stringField(row: Row, field: string): string {
  const value = row[field];
  if (typeof value !== 'string') throw new RowError(field, `must be a string, got ${describeValue(value)}`);
  return value;
}

/** A text that is a string or, as spreadsheets and YAML make of the words `True` and `7`, a boolean or a number. */
export function scalarField(row: Row, field: string): string {
  const value = row[field];
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : stringField(row, field);
}

/** An identifier: a string that is not empty, or a number. */
export function idField(row: Row, field: string): string {
  const value = row[field];
  if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return String(value);
  throw new RowError(field, `must be a string or a number, got ${describeValue(value)}`);
}

export function oneOf<T extends string>(row: Row, field: string, choices: readonly T[]): T {
  const value = row[field];
  if (choices.includes(value as T)) return value as T;
  throw new RowError(field, `must be one of ${choices.join(', ')}, got ${describeValue(value)}`);
}

/** The optional `verdicts` of a vote or a pair: one of `choices` a criterion. */
export function verdictsField<T extends string>(
  row: Row,
  choices: readonly T[],
): { verdicts?: Readonly<Record<string, T>> } {
  const value = row['verdicts'];
  if (value === undefined || value === null) return {};
  const entries = typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : undefined;
  if (entries === undefined || !entries.every(([, verdict]) => choices.includes(verdict as T))) {
    throw new RowError(
      'verdicts',
      `must be an object of ${choices.join(', ')} by criterion, got ${describeValue(value)}`,
    );
  }
  return { verdicts: Object.fromEntries(entries) as Record<string, T> };
}

export function stringsField(row: Row, field: string): readonly string[] {
  const value = row[field];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new RowError(field, `must be a list of strings, got ${describeValue(value)}`);
}

const roles = ['system', 'user', 'assistant'];

/** Messages; content may be a list of text parts, which are joined. What else a message says must not be lost. */
export function messagesField(row: Row, field: string): Message[] {
  const value = row[field];
  if (!Array.isArray(value) || value.length === 0) {
    throw new RowError(field, `must be a list of messages, got ${describeValue(value)}`);
  }
  return value.map((message: unknown, i) => {
    const { role, content, ...rest } = (message ?? {}) as Row;
    const text = textOf(content);
    if (!roles.includes(role as string) || text === undefined) {
      throw new RowError(
        field,
        `message ${i + 1} must have a role (${roles.join(', ')}) and a text as content, got ${describeValue(message)}`,
      );
    }
    const unread = Object.keys(rest).find((key) => messageKeys.includes(key) && !isAbsent(rest[key]));
    if (unread !== undefined) {
      throw new RowError(
        field,
        `message ${i + 1} has '${unread}', which is not text: ${describeValue(rest[unread])}`,
      );
    }
    return { role: role as Message['role'], content: text };
  });
}

/** What a message may hold that would change its meaning. */
const messageKeys = [
  'tool_calls',
  'function_call',
  'tools',
  'images',
  'audio',
  'reasoning_content',
  'thinking',
];

function isAbsent(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** The text of a string or of a list of text parts; undefined for a picture, a sound or anything else. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const parts = content.map((part: unknown) => {
    const { type, text } = (part ?? {}) as Row;
    return (type === undefined || type === 'text') && typeof text === 'string' ? text : undefined;
  });
  return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
}

/** The `system` of a row as a message; none where it is absent or empty. */
export function systemMessages(row: Row): readonly Message[] {
  if (row['system'] === undefined || row['system'] === null || row['system'] === '') return [];
  return [{ role: 'system', content: stringField(row, 'system') }];
}

/** A prompt as text, or as messages that end with the user's turn. */
export function promptField(row: Row, field = 'prompt'): Prompt {
  if (typeof row[field] === 'string') return row[field];
  return endsWithUser(messagesField(row, field), field);
}

export function endsWithUser(messages: readonly Message[], field: string): readonly Message[] {
  const last = messages.at(-1);
  if (last?.role === 'user') return messages;
  throw new RowError(
    field,
    `must end with the user's turn, got ${last === undefined ? 'nothing' : last.role}`,
  );
}

/** The text of a response given as a string or as one message of the assistant. */
export function responseField(row: Row, field: string): string {
  if (typeof row[field] === 'string') return row[field];
  const messages = messagesField(row, field);
  const [message] = messages;
  if (messages.length !== 1 || message?.role !== 'assistant') {
    throw new RowError(
      field,
      `must be one message of the assistant, got ${messages.map(({ role }) => role).join(', ')}`,
    );
  }
  return message.content;
}

/** An answer of a pair: as {@link responseField}, or messages of which the last is the answer and the others lead to it. */
export function sideField(row: Row, field: string): { text: string; context?: readonly Message[] } {
  const value = row[field];
  if (!Array.isArray(value) || value.length < 2) return { text: responseField(row, field) };
  const messages = messagesField(row, field);
  const text = responseField({ [field]: messages.slice(-1) }, field);
  return { text, ...contextOf(messages.slice(0, -1), field) };
}

/** Turns between a prompt and an answer: the assistant's first, the user's last. @throws {RowError} for others. */
export function contextOf(messages: readonly Message[], field: string): { context?: readonly Message[] } {
  if (messages.length === 0) return {};
  const [first] = messages;
  if (first?.role === 'assistant') return { context: endsWithUser(messages, field) };
  throw new RowError(
    field,
    `must begin with the assistant's turn after the prompt, got ${messages.map(({ role }) => role).join(', ')}`,
  );
}

/** @throws {RowError} for an answer without text. */
export function nonEmpty(text: string, field: string): string {
  if (text.trim() === '') throw new RowError(field, 'is empty');
  return text;
}

/** `promptId`, `task` and `language` of a row; without an id, equal prompts get equal ones: a digest of the prompt. */
export function promptTags(row: Row, prompt: Prompt): PromptTags {
  return {
    promptId:
      row['promptId'] === undefined || row['promptId'] === null
        ? promptDigest(prompt)
        : idField(row, 'promptId'),
    ...(typeof row['task'] === 'string' && { task: row['task'] }),
    ...(typeof row['language'] === 'string' && { language: row['language'] }),
  };
}

/** `referenceAnswer` and `metadata` of a row, for scorers. */
export function answerFields(row: Row): Pick<PromptRecord, 'referenceAnswer' | 'metadata'> {
  const metadata = row['metadata'] ?? undefined;
  if (metadata !== undefined && (typeof metadata !== 'object' || Array.isArray(metadata))) {
    throw new RowError('metadata', `must be an object, got ${describeValue(metadata)}`);
  }
  return {
    ...((row['referenceAnswer'] ?? undefined) !== undefined && {
      referenceAnswer: scalarField(row, 'referenceAnswer'),
    }),
    ...(metadata !== undefined && { metadata: metadata as Readonly<Record<string, unknown>> }),
  };
}

/** The first 16 hex digits of the SHA-256 of a prompt's JSON. */
export function promptDigest(prompt: Prompt): string {
  return createHash('sha256').update(JSON.stringify(prompt)).digest('hex').slice(0, 16);
}
