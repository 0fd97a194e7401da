/** Alpaca's rows: an instruction, what it is about, and an output to imitate; or, for pairs, a chosen and a rejected one. */
import type { Demonstration, PreferencePair } from '../../types';
import { differentAnswers } from './answers';
import { RowError } from './bad-row';
import { nonEmpty, promptTags, scalarField } from './fields';
import { instructionFields, instructionPrompt } from './instruction';
import { hasFields, type Layout, type Row } from './layout';

/** `text` repeats instruction and output in a template; it must hold both. */
export const alpaca: Layout<Demonstration> = {
  name: 'alpaca',
  fields: 'instruction, input, output; system, history [[user, assistant], …] if any',
  reads: ['instruction', 'output', 'text', ...instructionFields],
  json: ['history'],
  example: { instruction: 'Put the word into the plural.', input: 'goose', output: 'geese' },
  recognises: (row) => hasFields(row, 'instruction', 'output') && !hasFields(row, 'prompt'),
  parser: () => (row) => {
    const prompt = instructionPrompt(row, 'instruction');
    const response = nonEmpty(scalarField(row, 'output'), 'output');
    refuseOtherText(row);
    return [{ ...promptTags(row, prompt), prompt, response }];
  },
};

export const alpacaPairs: Layout<PreferencePair> = {
  name: 'alpaca',
  fields: 'instruction, input, chosen, rejected; system, history if any',
  reads: ['instruction', 'chosen', 'rejected', ...instructionFields],
  json: ['history'],
  example: {
    instruction: 'Put the word into the plural.',
    input: 'goose',
    chosen: 'geese',
    rejected: 'gooses',
  },
  recognises: (row) => hasFields(row, 'instruction', 'chosen', 'rejected') && !hasFields(row, 'prompt'),
  parser: () => (row) => {
    const prompt = instructionPrompt(row, 'instruction');
    const [chosen, rejected] = [scalarField(row, 'chosen'), scalarField(row, 'rejected')];
    return [{ ...promptTags(row, prompt), ...differentAnswers({ prompt, chosen, rejected }) }];
  },
};

function refuseOtherText(row: Row): void {
  if (!hasFields(row, 'text')) return;
  const text = scalarField(row, 'text');
  if (!text.includes(scalarField(row, 'instruction')) || !text.includes(scalarField(row, 'output'))) {
    throw new RowError('text', 'does not hold the instruction and the output');
  }
}
