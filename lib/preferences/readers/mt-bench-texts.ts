/** Texts of MT-bench judgments that hold labels alone: FastChat's question and answer files beside them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, InputError } from '../../errors';
import { readText } from '../../files';
import { RowError } from './bad-row';
import { parseExactJson } from './exact-json';
import { idField } from './fields';
import type { Row } from './layout';

/** The user's turns of a question and each model's answers to them. */
export interface Texts {
  readonly questions: readonly string[];
  readonly answersA: readonly string[];
  readonly answersB: readonly string[];
  readonly category?: string;
}

/** A line of `question.jsonl` has `turns`; a line of `model_answer/<model>.jsonl` has them in its first choice. */
interface TextLine {
  readonly question_id: number | string;
  readonly category?: string;
  readonly turns?: readonly string[];
  readonly choices?: readonly { readonly turns: readonly string[] }[];
}

/**
 * Looks texts up in the files in `folder`; each file is read once, when it is first needed.
 *
 * @returns the texts of a row; throws {@link RowError} when a file or its line is not there.
 */
export function textsBeside(folder: string): (row: Row) => Texts {
  const files = new Map<string, ReadonlyMap<string, TextLine>>();
  const find = (name: string, row: Row, field: string): TextLine => {
    const path = join(folder, name);
    let lines = files.get(path);
    if (lines === undefined) {
      if (!existsSync(path)) {
        throw new RowError(field, `has no text: the row holds none, and ${path} does not exist`);
      }
      lines = readTextLines(path);
      files.set(path, lines);
    }
    const line = lines.get(idField(row, 'question_id'));
    if (line === undefined) throw new RowError(field, `has no text: ${path} lacks the question`);
    return line;
  };
  const answers = (row: Row, field: string): readonly string[] =>
    find(join('model_answer', `${idField(row, field)}.jsonl`), row, field).choices?.[0]?.turns ?? [];
  return (row) => {
    const { turns = [], category } = find('question.jsonl', row, 'question_id');
    return {
      questions: turns,
      answersA: answers(row, 'model_a'),
      answersB: answers(row, 'model_b'),
      ...(category !== undefined && { category }),
    };
  };
}

function readTextLines(path: string): ReadonlyMap<string, TextLine> {
  try {
    const lines = readText(path)
      .split('\n')
      .filter((text) => text.trim() !== '')
      .map((text) => parseExactJson(text) as TextLine);
    return new Map(lines.map((line) => [String(line.question_id), line]));
  } catch (error) {
    throw new InputError(`${path}: not valid JSON lines (${errorMessage(error)})`);
  }
}
