/**
 * MT-bench judgments: two models' answers to one turn of a question, and who won. Three kinds of row are known: with
 * `conversation_a` and `conversation_b` (lmsys/mt_bench_human_judgments), with `prompt`, `answers_a` and `answers_b` (the
 * turns as lists), and labels alone, whose texts are then looked up in FastChat's `question.jsonl` and
 * `model_answer/<model>.jsonl` beside the file.
 */
import { dirname } from 'node:path';
import type { Candidate, Comparison, Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, idField, messagesField, stringsField } from './fields';
import { hasFields, type Layout, type Row } from './layout';
import { lastAnswer } from './last-answer';
import { textsBeside, type Texts } from './mt-bench-texts';

/** Spellings of the verdict, in small letters without blanks, signs and brackets. */
const winners = new Map<string, Comparison['winner']>([
  ['modela', 'a'],
  ['a', 'a'],
  ['left', 'a'],
  ['modelb', 'b'],
  ['b', 'b'],
  ['right', 'b'],
  ...['tie', 'ties', 'draw', 'same', 'equal', 'both', 'neither'].map((word) => [word, 'tie'] as const),
  ...['tieinconsistent', 'tiebothbad', 'bothbad', 'tiebothgood', 'bothgood', 'tiegood', 'tiebad'].map(
    (word) => [word, 'tie'] as const,
  ),
]);

/**
 * In turn n each model has answered the turns before in its own words: the sides share the user's first turn, which is the
 * prompt, and each goes on with what its model had said and been asked until then.
 */
export const mtBench: Layout<Comparison> = {
  name: 'mt-bench',
  fields: "question_id, turn, model_a, model_b, winner 'model_a' | 'model_b' | 'tie', judge",
  reads: [
    ...['question_id', 'turn', 'model_a', 'model_b', 'winner', 'judge', 'category'],
    ...['conversation_a', 'conversation_b', 'prompt', 'answers_a', 'answers_b'],
    ...[
      'anony',
      'toxic',
      'openai_moderation',
      'toxic_chat_tag',
      'is_code',
      'is_refusal',
      'dedup_tag',
      'category_tag',
    ],
  ],
  json: ['turn', 'conversation_a', 'conversation_b', 'prompt', 'answers_a', 'answers_b'],
  example: {
    question_id: 7,
    turn: 1,
    model_a: 'model-one',
    model_b: 'model-two',
    winner: 'tie (bothbad)',
    judge: 'ann',
    prompt: ['Name a tree.'],
    answers_a: ['A rose.'],
    answers_b: ['A tulip.'],
  },
  recognises: (row) => hasFields(row, 'question_id', 'model_a', 'model_b', 'winner'),
  parser: (file) => {
    const lookUp = textsBeside(dirname(file));
    return (row) => {
      const turn = row['turn'] ?? 1;
      if (typeof turn !== 'number' || !Number.isInteger(turn) || turn < 1) {
        throw new RowError('turn', `must be an integer from 1, got ${describeValue(turn)}`);
      }
      const texts = textsOfRow(row) ?? lookUp(row);
      const { questions, answersA, answersB } = texts;
      if (Math.min(questions.length, answersA.length, answersB.length) < turn) {
        throw new RowError('turn', `is ${turn}, and the texts have fewer turns`);
      }
      const side = (answers: readonly string[], model: string): Candidate => ({
        responseId: idField(row, model),
        ...lastAnswer(questions, answers.slice(0, turn)),
      });
      const winner = winnerOf(row);
      const task = row['category'] ?? texts.category;
      return [
        {
          promptId: `${idField(row, 'question_id')}/${turn}`,
          ...(typeof task === 'string' && { task }),
          prompt: [{ role: 'user', content: questions[0] as string }],
          a: side(answersA, 'model_a'),
          b: side(answersB, 'model_b'),
          winner,
          annotator: judgeOf(row),
        },
      ];
    };
  },
};

/** A verdict of the arena: a model, or a tie, whether both are good or both bad. */
export function winnerOf(row: Row): Comparison['winner'] {
  const value = row['winner'];
  const winner =
    typeof value === 'string' ? winners.get(value.toLowerCase().replace(/[^a-z]/g, '')) : undefined;
  if (winner !== undefined) return winner;
  throw new RowError(
    'winner',
    `must be model_a, model_b, tie or a spelling of both bad, got ${describeValue(value)}`,
  );
}

/** FastChat writes the judge's name or, for a model, a list of its name and prompt. */
function judgeOf(row: Row): string {
  const judge = row['judge'];
  return Array.isArray(judge) ? judge.join('/') : idField(row, 'judge');
}

function textsOfRow(row: Row): Texts | undefined {
  if (hasFields(row, 'conversation_a', 'conversation_b')) {
    const conversation = messagesField(row, 'conversation_a');
    return {
      questions: ofRole(conversation, 'user'),
      answersA: ofRole(conversation, 'assistant'),
      answersB: ofRole(messagesField(row, 'conversation_b'), 'assistant'),
    };
  }
  if (!hasFields(row, 'prompt', 'answers_a', 'answers_b')) return undefined;
  return {
    questions: stringsField(row, 'prompt'),
    answersA: stringsField(row, 'answers_a'),
    answersB: stringsField(row, 'answers_b'),
  };
}

function ofRole(messages: readonly Message[], role: Message['role']): string[] {
  return messages.filter((message) => message.role === role).map(({ content }) => content);
}
