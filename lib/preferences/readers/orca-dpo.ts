/** Orca's DPO rows: a system text, a question (or `input`), and two answers. */
import type { PreferencePair } from '../../types';
import { differentAnswers } from './answers';
import { nonEmpty, promptTags, responseField, stringField, systemMessages } from './fields';
import { hasFields, type Layout, type Row } from './layout';

export const orcaDpo: Layout<PreferencePair> = {
  name: 'orca-dpo',
  fields: 'system, question (or input), chosen, rejected',
  reads: ['system', 'question', 'input', 'chosen', 'rejected'],
  example: {
    system: 'Answer in one word.',
    question: 'What do bees make?',
    chosen: 'Honey.',
    rejected: 'They make many things.',
  },
  recognises: (row) =>
    hasFields(row, 'chosen', 'rejected') &&
    !hasFields(row, 'prompt') &&
    !hasFields(row, 'instruction') &&
    (hasFields(row, 'question') || hasFields(row, 'input')),
  parser: () => (row) => {
    const texts = questionFields(row).map((field) => nonEmpty(stringField(row, field), field));
    const prompt = [...systemMessages(row), { role: 'user' as const, content: texts.join('\n\n') }];
    const [chosen, rejected] = [responseField(row, 'chosen'), responseField(row, 'rejected')];
    return [{ ...promptTags(row, prompt), ...differentAnswers({ prompt, chosen, rejected }) }];
  },
};

/** `input` beside a question is what the question is about. */
function questionFields(row: Row): string[] {
  return ['question', 'input'].filter((field) => hasFields(row, field) && row[field] !== '');
}
