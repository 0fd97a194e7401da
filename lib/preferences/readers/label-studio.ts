/** Label Studio's export of a pairwise project: a task's prompt and two answers, and the side that each annotator selected. */
import type { Comparison, Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, idField, promptDigest, stringField } from './fields';
import { hasFields, isRow, type Layout, type Row } from './layout';

const promptNames = ['prompt', 'question', 'instruction', 'text'];
const winners = new Map<unknown, Comparison['winner']>([
  ['left', 'a'],
  ['right', 'b'],
  ['tie', 'tie'],
  ['equal', 'tie'],
  ['both', 'tie'],
]);

/** The left answer is the first one of the task. Cancelled annotations and those without a selection are no votes. */
export const labelStudio: Layout<Comparison> = {
  name: 'label-studio',
  fields:
    "data {prompt, answer1, answer2}, annotations [{completed_by, result [{type: 'pairwise', value: {selected}}]}]",
  reads: [
    ...['data', 'annotations', 'drafts', 'predictions', 'inner_id', 'file_upload', 'project', 'allow_skip'],
    /^(total|cancelled)_/,
    /^comment/,
    /^(updated_by|last_comment_updated_at|unresolved_comment_count|agreement|overlap|is_labeled)$/,
  ],
  json: ['data', 'annotations'],
  example: {
    id: 1,
    data: { prompt: 'Name a colour.', answer1: 'Blue.', answer2: 'Cold.' },
    annotations: [
      { completed_by: 3, was_cancelled: false, result: [{ type: 'pairwise', value: { selected: 'left' } }] },
    ],
  },
  recognises: (row) => isRow(row['data']) && Array.isArray(row['annotations']),
  passesOver: 'no annotator has decided',
  parser: () => (row) => {
    const task = row['data'] as Row;
    const { prompt, a, b } = sidesOf(task);
    return (row['annotations'] as Row[]).flatMap((annotation): Comparison[] => {
      const selected = selectionOf(annotation);
      if (selected === undefined) return [];
      const winner = winners.get(selected);
      if (winner === undefined) {
        throw new RowError('annotations', `must select left, right or a tie, got ${describeValue(selected)}`);
      }
      const promptId = promptDigest(prompt);
      return [{ promptId, prompt, a, b, winner, annotator: annotatorOf(annotation) }];
    });
  },
};

function sidesOf(task: Row): Pick<Comparison, 'prompt' | 'a' | 'b'> {
  const promptName = promptNames.find((name) => typeof task[name] === 'string');
  const answers = Object.keys(task).filter(
    (name) => name !== promptName && typeof task[name] === 'string' && !/(^|_)id$/.test(name),
  );
  const [first, second] = answers;
  if (promptName === undefined || first === undefined || second === undefined || answers.length !== 2) {
    throw new RowError(
      'data',
      `must hold a text named ${promptNames.join(', ')} and two more, got ${Object.keys(task).join(', ')}`,
    );
  }
  const prompt: Message[] = [{ role: 'user', content: stringField(task, promptName) }];
  return {
    prompt,
    a: { responseId: first, text: stringField(task, first) },
    b: { responseId: second, text: stringField(task, second) },
  };
}

function selectionOf(annotation: Row): unknown {
  if (annotation['was_cancelled'] === true || !Array.isArray(annotation['result'])) return undefined;
  const result = (annotation['result'] as Row[]).find(({ type }) => type === 'pairwise');
  return isRow(result?.['value']) ? result['value']['selected'] : undefined;
}

/** A number, or a person with an address and an id. */
function annotatorOf(annotation: Row): string {
  const by = annotation['completed_by'];
  return isRow(by) && hasFields(by, 'id') ? idField(by, 'id') : idField(annotation, 'completed_by');
}
