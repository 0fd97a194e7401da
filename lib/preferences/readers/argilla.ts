/** Argilla's records: fields with a prompt and two answers, and the responses of annotators to a question about them. */
import { groupBy } from '../../group-by';
import type { Comparison, Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, idField, promptDigest, stringField } from './fields';
import { isRow, type Layout, type Row } from './layout';

export const promptNames = ['prompt', 'instruction', 'question', 'context'];

/**
 * A response names the better field, or ranks both (`{value, rank}`); drafts and discarded responses are no votes. Argilla 2
 * keeps the responses by question, Argilla 1 by annotator, with the values by question.
 */
export const argilla: Layout<Comparison> = {
  name: 'argilla',
  fields:
    'fields {prompt, response1, response2}, responses {question: [{value, user_id}, …]} or [{user_id, values {question: {value}}}, …]',
  reads: ['fields', 'responses', 'suggestions', 'vectors', 'status', '_server_id', 'inserted_at'],
  json: ['fields', 'responses'],
  example: {
    id: '1',
    fields: { prompt: 'Name a sport.', response1: 'Chess boxing.', response2: 'Bread.' },
    responses: { preference: [{ value: 'response1', user_id: 'u1', status: 'submitted' }] },
  },
  recognises: (row) => isRow(row['fields']) && (isRow(row['responses']) || Array.isArray(row['responses'])),
  passesOver: 'no annotator has decided',
  parser: () => (row) => {
    const fields = row['fields'] as Row;
    const promptName = promptNames.find((name) => typeof fields[name] === 'string');
    const names = Object.keys(fields).filter((name) => name !== promptName);
    const [first, second] = names;
    if (promptName === undefined || first === undefined || second === undefined || names.length !== 2) {
      throw new RowError(
        'fields',
        `must hold a text named ${promptNames.join(', ')} and two answers, got ${Object.keys(fields).join(', ')}`,
      );
    }
    const prompt: Message[] = [{ role: 'user', content: stringField(fields, promptName) }];
    const given = responsesOf(row).filter(
      ({ status, value }) => (status === undefined || status === 'submitted') && value !== null,
    );
    return given.map((response): Comparison => ({
      promptId: promptDigest(prompt),
      prompt,
      a: { responseId: first, text: stringField(fields, first) },
      b: { responseId: second, text: stringField(fields, second) },
      winner: winnerOf(response['value'], first, second),
      annotator: idField(response, 'user_id'),
    }));
  },
};

/** The responses to the one question of a record. @throws {RowError} for several questions: which of them says who wins? */
function responsesOf(row: Row): readonly Row[] {
  const { responses } = row;
  const byQuestion = Array.isArray(responses)
    ? groupBy((responses as Row[]).flatMap(valuesOf), ({ question }) => question)
    : new Map(Object.entries(responses as Row).filter(([, given]) => Array.isArray(given)));
  if (byQuestion.size > 1) {
    throw new RowError('responses', `must answer one question, got ${[...byQuestion.keys()].join(', ')}`);
  }
  return [...byQuestion.values()].flat() as Row[];
}

/** What an annotator of Argilla 1 said, a row a question. */
function valuesOf({ values, ...response }: Row): (Row & { readonly question: string })[] {
  const entries = isRow(values) ? Object.entries(values) : [];
  return entries.map(([question, answer]) => ({
    ...response,
    question,
    value: isRow(answer) ? answer['value'] : answer,
  }));
}

function winnerOf(value: unknown, first: string, second: string): Comparison['winner'] {
  if (value === first) return 'a';
  if (value === second) return 'b';
  if (typeof value === 'string' && /^(tie|both|neither|equal|same)/i.test(value)) return 'tie';
  if (Array.isArray(value)) {
    const rankOf = (name: string): unknown =>
      (value as Row[]).find((entry) => entry?.['value'] === name)?.['rank'];
    const [a, b] = [rankOf(first), rankOf(second)];
    if (typeof a === 'number' && typeof b === 'number') return a === b ? 'tie' : a < b ? 'a' : 'b';
  }
  throw new RowError(
    'responses',
    `must name ${first}, ${second} or a tie, or rank both, got ${describeValue(value)}`,
  );
}
