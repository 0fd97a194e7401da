/** Stanford Human Preferences: a post, two comments, and which of them the readers voted up. */
import type { Comparison, Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, nonEmpty, promptTags, stringField } from './fields';
import { hasFields, type Layout, type Row } from './layout';

/** `labels` is 1 when A is preferred and 0 when B is; where scores stand beside it, they must not say the opposite. */
export const shp: Layout<Comparison> = {
  name: 'shp',
  fields: 'history, human_ref_A, human_ref_B, labels (1: A, 0: B) or score_A and score_B',
  reads: [
    ...['history', 'human_ref_A', 'human_ref_B', 'labels', 'score_A', 'score_B'],
    ...['upvote_ratio', 'score_ratio', 'seconds_difference', 'created_at_utc_A', 'created_at_utc_B'],
    ...['c_root_id_A', 'c_root_id_B'],
  ],
  json: ['labels', 'score_A', 'score_B'],
  example: {
    history: 'How do I keep bread fresh?',
    human_ref_A: 'In a paper bag.',
    human_ref_B: 'Eat it.',
    labels: 1,
    score_A: 12,
    score_B: 4,
  },
  recognises: (row) => hasFields(row, 'history', 'human_ref_A', 'human_ref_B'),
  parser: () => (row) => {
    const prompt: Message[] = [{ role: 'user', content: nonEmpty(stringField(row, 'history'), 'history') }];
    return [
      {
        ...promptTags(row, prompt),
        prompt,
        a: { responseId: commentId(row, 'A'), text: stringField(row, 'human_ref_A') },
        b: { responseId: commentId(row, 'B'), text: stringField(row, 'human_ref_B') },
        winner: winnerOf(row),
        annotator: 'readers',
      },
    ];
  },
};

function commentId(row: Row, side: 'A' | 'B'): string {
  const id = row[`c_root_id_${side}`];
  return typeof id === 'string' ? id : side;
}

function winnerOf(row: Row): Comparison['winner'] {
  const { labels, score_A: a, score_B: b } = row;
  const byScores =
    typeof a === 'number' && typeof b === 'number' ? (a === b ? 'tie' : a > b ? 'a' : 'b') : undefined;
  if (labels === undefined || labels === null) {
    if (byScores !== undefined) return byScores;
    throw new RowError('labels', 'must be 0 or 1, got nothing, and there are no scores');
  }
  if (labels !== 0 && labels !== 1) {
    throw new RowError('labels', `must be 0 or 1, got ${describeValue(labels)}`);
  }
  const byLabel = labels === 1 ? 'a' : 'b';
  if (byScores !== undefined && byScores !== 'tie' && byScores !== byLabel) {
    throw new RowError('labels', `says ${byLabel}, and the scores say ${byScores} (${a} and ${b})`);
  }
  return byLabel;
}
