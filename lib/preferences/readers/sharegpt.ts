/** ShareGPT's conversations, `{from, value}` a turn: the last answer is imitated, or a chosen and a rejected one follow. */
import type { Demonstration, Message, PreferencePair } from '../../types';
import { differentAnswers } from './answers';
import { RowError } from './bad-row';
import { describeValue, endsWithUser, nonEmpty, promptTags, systemMessages } from './fields';
import { hasFields, type Layout, type Row } from './layout';

const roles = new Map<unknown, Message['role']>([
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['chatgpt', 'assistant'],
  ['system', 'system'],
]);

const exampleTurn = { from: 'human', value: 'Which gas do plants take in?' };

export const sharegpt: Layout<Demonstration> = {
  name: 'sharegpt',
  fields: "conversations of {from: 'human' | 'gpt' | 'system', value} that end with gpt; system if any",
  reads: ['conversations', 'system'],
  json: ['conversations'],
  example: { conversations: [exampleTurn, { from: 'gpt', value: 'Carbon dioxide.' }] },
  recognises: (row) => hasFields(row, 'conversations') && !hasFields(row, 'chosen'),
  parser: () => (row) => {
    const turns = [...systemMessages(row), ...turnsField(row, 'conversations')];
    const last = turns.at(-1);
    if (last?.role !== 'assistant') {
      throw new RowError('conversations', `must end with gpt's turn, got ${last?.role ?? 'nothing'}`);
    }
    const prompt = endsWithUser(turns.slice(0, -1), 'conversations');
    return [{ ...promptTags(row, prompt), prompt, response: nonEmpty(last.content, 'conversations') }];
  },
};

export const sharegptPairs: Layout<PreferencePair> = {
  name: 'sharegpt',
  fields: 'conversations that end with human; chosen and rejected as {from, value}; system if any',
  reads: ['conversations', 'system', 'chosen', 'rejected'],
  json: ['conversations'],
  example: {
    conversations: [exampleTurn],
    chosen: { from: 'gpt', value: 'Carbon dioxide.' },
    rejected: { from: 'gpt', value: 'Neon.' },
  },
  recognises: (row) => hasFields(row, 'conversations', 'chosen', 'rejected') && !hasFields(row, 'prompt'),
  parser: () => (row) => {
    const turns = [...systemMessages(row), ...turnsField(row, 'conversations')];
    const prompt = endsWithUser(turns, 'conversations');
    const [chosen, rejected] = [answerField(row, 'chosen'), answerField(row, 'rejected')];
    return [{ ...promptTags(row, prompt), ...differentAnswers({ prompt, chosen, rejected }) }];
  },
};

function turnsField(row: Row, field: string): Message[] {
  const value = row[field];
  if (!Array.isArray(value))
    throw new RowError(field, `must be a list of turns, got ${describeValue(value)}`);
  return value.map((turn: unknown) => turnOf(turn, field));
}

function turnOf(turn: unknown, field: string): Message {
  const { from, value } = (turn ?? {}) as Row;
  const role = roles.get(from);
  if (role === undefined || typeof value !== 'string') {
    throw new RowError(
      field,
      `must have turns of {from: ${[...roles.keys()].join(', ')}; value: text}, got ${describeValue(turn)}`,
    );
  }
  return { role, content: value };
}

function answerField(row: Row, field: string): string {
  if (typeof row[field] === 'string') return row[field];
  const { role, content } = turnOf(row[field], field);
  if (role !== 'assistant') throw new RowError(field, `must be a turn of gpt, got ${role}`);
  return content;
}
