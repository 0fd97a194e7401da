/** UltraFeedback: completions of several models with an overall score each, or the pairs that were made of them. */
import type { Comparison, Message, PreferencePair } from '../../types';
import { RowError } from './bad-row';
import { describeValue, idField, promptTags, stringField } from './fields';
import { hasFields, type Layout, type Row } from './layout';
import { votesOfScores } from './scored';
import { trlPreference } from './trl-preference';

/** Every two completions are a vote of the judge, by `overall_score`. */
export const ultrafeedback: Layout<Comparison> = {
  name: 'ultrafeedback',
  fields: 'instruction, completions [{model, response, overall_score}, …]',
  reads: ['instruction', 'completions', 'correct_answers', 'incorrect_answers'],
  json: ['completions'],
  example: {
    instruction: 'Name a planet.',
    completions: [
      { model: 'model-one', response: 'Mars.', overall_score: 8 },
      { model: 'model-two', response: 'The Moon.', overall_score: 3 },
    ],
  },
  recognises: (row) => hasFields(row, 'instruction', 'completions'),
  parser: () => (row) => {
    const prompt: Message[] = [{ role: 'user', content: stringField(row, 'instruction') }];
    const completions = row['completions'];
    if (!Array.isArray(completions) || completions.length < 2) {
      throw new RowError('completions', `must be a list of two or more, got ${describeValue(completions)}`);
    }
    const answers = completions.map((completion: unknown) => {
      const fields = (completion ?? {}) as Row;
      return {
        responseId: idField(fields, 'model'),
        text: stringField(fields, 'response'),
        score: scoreField(fields, 'overall_score'),
      };
    });
    return votesOfScores(promptTags(row, prompt), prompt, answers, 'overall_score');
  },
};

/** The scores must say what the labels say: a pair with equal scores has no preferred answer. */
export const ultrafeedbackPairs: Layout<PreferencePair> = {
  name: 'ultrafeedback',
  fields: 'prompt, chosen, rejected, score_chosen, score_rejected',
  reads: [...trlPreference.reads, 'messages', 'score_chosen', 'score_rejected'],
  json: [...(trlPreference.json ?? []), 'score_chosen', 'score_rejected'],
  example: {
    prompt: 'Name a planet.',
    chosen: [
      { role: 'user', content: 'Name a planet.' },
      { role: 'assistant', content: 'Mars.' },
    ],
    rejected: [
      { role: 'user', content: 'Name a planet.' },
      { role: 'assistant', content: 'The Moon.' },
    ],
    score_chosen: 8,
    score_rejected: 3,
  },
  recognises: (row) => hasFields(row, 'chosen', 'rejected', 'score_chosen', 'score_rejected'),
  parser: (file) => {
    const parse = trlPreference.parser(file);
    return (row) => {
      const [better, worse] = [scoreField(row, 'score_chosen'), scoreField(row, 'score_rejected')];
      if (better > worse) return parse(row);
      const relation = better === worse ? 'is the score of rejected too' : 'is below the score of rejected';
      throw new RowError('score_chosen', `${relation}: ${better} and ${worse}`);
    };
  },
};

function scoreField(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RowError(field, `must be a number, got ${describeValue(value)}`);
}
