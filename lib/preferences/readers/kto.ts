/** KTO's rows: a prompt, a completion, and whether it is desirable. Only desirable ones are there to be imitated. */
import type { Demonstration } from '../../types';
import { RowError } from './bad-row';
import { describeValue, nonEmpty, promptTags, promptField, responseField } from './fields';
import { hasFields, type Layout } from './layout';

const labels = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ['true', true],
  ['false', false],
  ['True', true],
  ['False', false],
]);

export const kto: Layout<Demonstration> = {
  name: 'kto',
  fields: 'prompt, completion, label (true: desirable)',
  reads: ['prompt', 'completion', 'label'],
  json: ['label'],
  example: { prompt: 'How do I boil an egg?', completion: 'Eight minutes in boiling water.', label: true },
  recognises: (row) => hasFields(row, 'prompt', 'completion', 'label'),
  passesOver: 'labelled undesirable; they are not imitated',
  parser: () => (row) => {
    const desirable = labels.get(row['label']);
    if (desirable === undefined) {
      throw new RowError('label', `must be true or false, got ${describeValue(row['label'])}`);
    }
    const prompt = promptField(row);
    const response = nonEmpty(responseField(row, 'completion'), 'completion');
    return desirable ? [{ ...promptTags(row, prompt), prompt, response }] : [];
  },
};
