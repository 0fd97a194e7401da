/** FineGrainedRLHF's preference feedback: four predictions for a question and a verdict on each of the six pairs. */
import type { Comparison, Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, promptDigest, stringField } from './fields';
import { hasFields, type Layout, type Row } from './layout';

/** The order of `preference`: 1 against 2, 1 against 3, … */
const pairs = [
  [1, 2],
  [1, 3],
  [1, 4],
  [2, 3],
  [2, 4],
  [3, 4],
] as const;
const winners = ['tie', 'a', 'b'] as const;

/**
 * The prompt is the question and, below it, the passages that the answer must rest on. `gold` and `feedback`, a reference
 * and remarks on single sentences, are no part of a vote.
 */
export const fineGrained: Layout<Comparison> = {
  name: 'fine-grained',
  fields: 'question, passages, prediction 1 … prediction 4, preference (six of 0, 1, 2)',
  reads: ['question', 'passages', /^prediction [1-4]$/, 'preference', 'gold', 'feedback'],
  json: ['passages', 'preference'],
  example: {
    question: 'When does the shop open?',
    passages: [['The shop', 'The shop opens at nine.']],
    'prediction 1': 'At nine.',
    'prediction 2': 'Nine in the morning.',
    'prediction 3': 'At ten.',
    'prediction 4': 'It is closed.',
    preference: [0, 1, 1, 1, 1, 1],
  },
  recognises: (row) => hasFields(row, 'question', 'prediction 1', 'prediction 4', 'preference'),
  parser: () => (row) => {
    const verdicts = row['preference'];
    if (!Array.isArray(verdicts) || verdicts.length !== pairs.length) {
      throw new RowError('preference', `must be a list of ${pairs.length}, got ${describeValue(verdicts)}`);
    }
    const content = [stringField(row, 'question'), ...passages(row)].join('\n\n');
    const prompt: Message[] = [{ role: 'user', content }];
    const candidate = (i: number) => ({
      responseId: `prediction ${i}`,
      text: stringField(row, `prediction ${i}`),
    });
    return pairs.map(([first, second], i) => {
      const winner = winners[verdicts[i] as number];
      if (winner === undefined) {
        throw new RowError('preference', `must hold 0, 1 or 2, got ${describeValue(verdicts[i])}`);
      }
      return {
        promptId: promptDigest(prompt),
        prompt,
        a: candidate(first),
        b: candidate(second),
        winner,
        annotator: 'annotator',
      };
    });
  },
};

/** A passage is a list of its title and sentences. */
function passages(row: Row): string[] {
  const value = row['passages'] ?? [];
  if (!Array.isArray(value) || !value.every(Array.isArray)) {
    throw new RowError('passages', `must be a list of lists of sentences, got ${describeValue(value)}`);
  }
  return value.map((sentences) => sentences.join('\n'));
}
