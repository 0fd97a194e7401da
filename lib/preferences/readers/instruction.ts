/** Prompts of instruction rows: a system text, earlier turns, the instruction and what it is about. */
import type { Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, scalarField, stringField, systemMessages } from './fields';
import type { Row } from './layout';

/** The fields of {@link instructionPrompt}, besides the one that holds the instruction. */
export const instructionFields = ['input', 'system', 'history'] as const;

/** The user's turn is the instruction and, below an empty line, the input; `history` holds pairs of earlier turns. */
export function instructionPrompt(row: Row, field: string): readonly Message[] {
  const instruction = stringField(row, field);
  const input = row['input'] === undefined || row['input'] === null ? '' : scalarField(row, 'input');
  const texts = [instruction, input].filter((text) => text.trim() !== '');
  if (texts.length === 0) throw new RowError(field, 'is empty');
  return [...systemMessages(row), ...history(row), { role: 'user', content: texts.join('\n\n') }];
}

function history(row: Row): Message[] {
  const turns = row['history'] ?? [];
  if (turns === '') return [];
  const isTurn = (turn: unknown): turn is [string, string] =>
    Array.isArray(turn) && turn.length === 2 && turn.every((text) => typeof text === 'string');
  if (!Array.isArray(turns) || !turns.every(isTurn)) {
    throw new RowError('history', `must be a list of [user, assistant], got ${describeValue(turns)}`);
  }
  return turns.flatMap(([user, assistant]): Message[] => [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ]);
}
