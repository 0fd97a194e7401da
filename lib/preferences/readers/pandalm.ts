/** PandaLM's test set: two models' answers to an instruction and three annotators' verdicts (0 tie, 1 or 2 better). */
import type { Comparison, Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, promptDigest, scalarField, stringField } from './fields';
import { hasFields, type Layout } from './layout';

const winners = new Map<unknown, Comparison['winner']>([
  [0, 'tie'],
  [1, 'a'],
  [2, 'b'],
]);

/**
 * A row becomes one vote for each `annotatorN`. Some responses of the original are JSON booleans (a model's answer
 * `True` that YAML or JSON took for a value); they are read as the texts `True` and `False`.
 */
export const pandalm: Layout<Comparison> = {
  name: 'pandalm',
  fields: 'instruction, input, response1, response2, cmp_key, annotator1 … (0 tie, 1, 2)',
  reads: ['instruction', 'input', 'response1', 'response2', 'cmp_key', 'motivation_app', /^annotator\d+$/],
  json: [/^annotator\d+$/],
  example: {
    motivation_app: 'Notes',
    cmp_key: 'model-one_model-two',
    instruction: 'Shorten the sentence.',
    input: 'It is raining outside today.',
    response1: 'It is raining.',
    response2: 'It rains outside today.',
    annotator1: 1,
    annotator2: 1,
    annotator3: 0,
  },
  recognises: (row) => hasFields(row, 'instruction', 'response1', 'response2', 'annotator1'),
  parser: () => (row) => {
    const instruction = stringField(row, 'instruction');
    const input = stringField({ input: '', ...row }, 'input');
    const prompt: Message[] = [
      { role: 'user', content: input === '' ? instruction : `${instruction}\n\n${input}` },
    ];
    const [modelA, modelB] = modelNames(stringField(row, 'cmp_key'));
    const shared = {
      promptId: promptDigest(prompt),
      ...(typeof row['motivation_app'] === 'string' && { task: row['motivation_app'] }),
      prompt,
      a: { responseId: modelA, text: scalarField(row, 'response1') },
      b: { responseId: modelB, text: scalarField(row, 'response2') },
    };
    return Object.keys(row)
      .filter((field) => /^annotator\d+$/.test(field))
      .map((annotator) => {
        const winner = winners.get(row[annotator]);
        if (winner === undefined) {
          throw new RowError(annotator, `must be 0, 1 or 2, got ${describeValue(row[annotator])}`);
        }
        return { ...shared, winner, annotator };
      });
  },
};

/** `bloom-7b_llama-7b`: the models of response1 and response2. */
function modelNames(key: string): [string, string] {
  const [first, second, ...rest] = key.split('_');
  if (!first || !second || rest.length > 0) {
    throw new RowError('cmp_key', `must name two models as 'one_other', got ${describeValue(key)}`);
  }
  return [first, second];
}
