/** Battles of Chatbot Arena as they were published for competitions: texts, or lists of turns, and the winner in columns. */
import type { Candidate, Comparison, Message } from '../../types';
import { RowError } from './bad-row';
import { parseExactJson } from './exact-json';
import { describeValue, idField, promptTags, stringField, stringsField } from './fields';
import { lastAnswer } from './last-answer';
import { hasFields, type Layout, type Row } from './layout';
import { winnerOf } from './mt-bench';

const verdicts = [
  ['winner_model_a', 'a'],
  ['winner_model_b', 'b'],
  ['winner_tie', 'tie'],
] as const;

/** Nobody is named: every battle is judged by somebody else, called by its id. */
export const arena: Layout<Comparison> = {
  name: 'arena',
  fields:
    'prompt, response_a, response_b: texts or lists of turns; winner_model_a, winner_model_b, winner_tie (0, 1) or winner; id',
  reads: [
    'prompt',
    'response_a',
    'response_b',
    'model_a',
    'model_b',
    'winner',
    ...verdicts.map(([column]) => column),
  ],
  json: verdicts.map(([column]) => column),
  example: {
    id: 65089,
    model_a: 'model-one',
    model_b: 'model-two',
    prompt: '["Name a lake.", "A deeper one?"]',
    response_a: '["Lake Constance.", "Lake Baikal."]',
    response_b: '["Lake Geneva.", "No."]',
    winner_model_a: 1,
    winner_model_b: 0,
    winner_tie: 0,
  },
  recognises: (row) =>
    hasFields(row, 'prompt', 'response_a', 'response_b') &&
    (hasFields(row, 'winner') || hasFields(row, 'winner_model_a', 'winner_model_b', 'winner_tie')),
  parser: () => (row) => {
    const [questions, one, other] = [
      turnsField(row, 'prompt'),
      turnsField(row, 'response_a'),
      turnsField(row, 'response_b'),
    ];
    const [first] = questions;
    if (first === undefined || one.length !== questions.length || other.length !== questions.length) {
      throw new RowError(
        'prompt',
        `must have as many turns as the responses, one or more, got ${questions.length}, ${one.length} and ${other.length}`,
      );
    }
    const prompt: Message[] = [{ role: 'user', content: first }];
    const side = (field: string, answers: readonly string[]): Candidate => ({
      responseId: hasFields(row, field) ? idField(row, field) : field,
      ...lastAnswer(questions, answers),
    });
    return [
      {
        ...promptTags(row, prompt),
        prompt,
        a: side('model_a', one),
        b: side('model_b', other),
        winner: hasFields(row, 'winner') ? winnerOf(row) : winnerOfColumns(row),
        annotator: hasFields(row, 'id') ? idField(row, 'id') : 'arena',
      },
    ];
  },
};

/** A text, or a list of turns; the list may be written as JSON. */
function turnsField(row: Row, field: string): readonly string[] {
  if (Array.isArray(row[field])) return stringsField(row, field);
  const text = stringField(row, field);
  if (!/^\s*\[\s*"/.test(text)) return [text];
  let turns: unknown;
  try {
    turns = parseExactJson(text);
  } catch {
    // A text that begins as a list does.
    return [text];
  }
  return stringsField({ [field]: turns }, field);
}

function winnerOfColumns(row: Row): Comparison['winner'] {
  const said = verdicts.filter(([column]) => row[column] === 1 || row[column] === true);
  const [winner] = said;
  const valid = verdicts.every(([column]) => [0, 1, true, false].includes(row[column] as number));
  if (winner !== undefined && said.length === 1 && valid) return winner[1];
  const values = verdicts.map(([column]) => row[column]);
  throw new RowError(
    'winner_model_a',
    `must be 1, or one of winner_model_b and winner_tie, and the others 0, got ${describeValue(values)}`,
  );
}
