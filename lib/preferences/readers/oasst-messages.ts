/** OpenAssistant's messages, one a row, as the public release has them: put together to trees by the ids of their parents. */
import { InputError } from '../../errors';
import type { Comparison, Demonstration } from '../../types';
import { RowError } from './bad-row';
import { describeValue, idField, oneOf, stringField } from './fields';
import { hasFields, type Layout, type Row, type RowParser } from './layout';
import { demonstrationsOf, votesOf } from './oasst';

const shape = {
  name: 'oasst-messages',
  fields: 'message_id, parent_id (none: it begins a tree), role, text, rank',
  reads: [
    ...[
      'message_id',
      'parent_id',
      'role',
      'text',
      'rank',
      'lang',
      'deleted',
      'message_tree_id',
      'tree_state',
    ],
    ...['review_count', 'review_result', 'synthetic', 'detoxify', 'emojis', 'labels', 'created_date'],
  ],
  json: ['rank', 'deleted'],
  example: { message_id: 'm1', parent_id: null, role: 'prompter', text: 'Name a fruit.', lang: 'en' },
  furtherExamples: [
    { message_id: 'm2', parent_id: 'm1', role: 'assistant', text: 'A pear.', lang: 'en', rank: 0 },
    { message_id: 'm3', parent_id: 'm1', role: 'assistant', text: 'A carrot.', lang: 'en', rank: 1 },
  ],
  recognises: (row: Row): boolean => hasFields(row, 'message_id', 'role', 'text'),
};

/** Every two ranked replies to one turn are a vote, as in the trees. */
export const oasstMessageVotes: Layout<Comparison> = {
  ...shape,
  parser: (file) => treeParser(file, votesOf),
};

/** The best reply to each turn, as in the trees. */
export const oasstMessageDemonstrations: Layout<Demonstration> = {
  ...shape,
  parser: (file) => treeParser(file, demonstrationsOf),
};

interface Node {
  readonly message_id: string;
  readonly parent: string | undefined;
  readonly replies: Node[];
}

function treeParser<T>(file: string, recordsOf: (tree: Row) => readonly T[]): RowParser<T> {
  const nodes = new Map<string, Node>();
  const parse = (row: Row): readonly T[] => {
    const { lang, deleted } = row;
    const rank = row['rank'] ?? undefined;
    if (rank !== undefined && typeof rank !== 'number') {
      throw new RowError('rank', `must be a number, got ${describeValue(rank)}`);
    }
    const id = idField(row, 'message_id');
    if (nodes.has(id)) throw new RowError('message_id', `is the id of an earlier message: ${id}`);
    nodes.set(id, {
      message_id: id,
      parent: hasFields(row, 'parent_id') && row['parent_id'] !== '' ? idField(row, 'parent_id') : undefined,
      role: oneOf(row, 'role', ['prompter', 'assistant']),
      text: stringField(row, 'text'),
      ...{ rank, lang, deleted, replies: [] },
    } as Node);
    return [];
  };
  const rest = (): readonly T[] => {
    const lost = [...nodes.values()].filter(({ parent }) => parent !== undefined && !nodes.has(parent));
    const [first] = lost;
    if (first !== undefined) {
      throw new InputError(
        `${file}: the parents of ${lost.length} of ${nodes.size} messages are not there; the first such message is ${first.message_id}`,
      );
    }
    for (const node of nodes.values()) {
      if (node.parent !== undefined) nodes.get(node.parent)?.replies.push(node);
    }
    return [...nodes.values()].flatMap((node) =>
      node.parent === undefined ? recordsOf({ prompt: node }) : [],
    );
  };
  return Object.assign(parse, { rest });
}
