/** Comparison votes as the kit writes them: one line a vote, k answers a prompt. */
import type { Candidate, Comparison } from '../../types';
import { RowError } from './bad-row';
import {
  contextOf,
  describeValue,
  idField,
  messagesField,
  oneOf,
  promptField,
  promptTags,
  stringField,
  verdictsField,
} from './fields';
import { hasFields, type Layout, type Row } from './layout';

export const votes: Layout<Comparison> = {
  name: 'votes',
  fields:
    "prompt, a and b {responseId, text}, winner 'a' | 'b' | 'tie', annotator, verdicts {criterion: winner} if any",
  reads: ['prompt', 'a', 'b', 'winner', 'annotator', 'verdicts'],
  json: ['a', 'b', 'verdicts'],
  example: {
    prompt: [{ role: 'user', content: 'Name a metal.' }],
    a: { responseId: '1', text: 'Tin.' },
    b: { responseId: '2', text: 'Wood.' },
    winner: 'a',
    annotator: 'ann',
  },
  recognises: (row) => hasFields(row, 'a', 'b', 'winner', 'annotator'),
  parser: () => (row) => {
    const prompt = promptField(row);
    const a = candidate(row, 'a');
    const b = candidate(row, 'b');
    if (a.responseId === b.responseId && a.text === b.text) {
      throw new RowError('b', `must be another response than a, got ${a.responseId} twice`);
    }
    return [
      {
        ...promptTags(row, prompt),
        prompt,
        a,
        b,
        winner: oneOf(row, 'winner', ['a', 'b', 'tie']),
        ...verdictsField(row, ['a', 'b', 'tie']),
        annotator: idField(row, 'annotator'),
      },
    ];
  },
};

function candidate(row: Row, field: string): Candidate {
  const value = row[field];
  if (typeof value !== 'object' || value === null) {
    throw new RowError(field, `must be {responseId, text}, got ${describeValue(value)}`);
  }
  const given = value as Row;
  const context = hasFields(given, 'context') ? messagesField(given, 'context') : [];
  return {
    responseId: idField(given, 'responseId'),
    text: stringField(given, 'text'),
    ...contextOf(context, field),
  };
}
