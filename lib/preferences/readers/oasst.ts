/** OpenAssistant's message trees: ranked replies at every turn. Votes come of the ranks, demonstrations of the best replies. */
import type { Comparison, Demonstration, Message } from '../../types';
import { RowError } from './bad-row';
import { describeValue, idField, promptDigest, stringField } from './fields';
import { hasFields, type Layout, type Row } from './layout';

const example: Row = {
  message_tree_id: 'tree-1',
  tree_state: 'ready_for_export',
  prompt: {
    message_id: 'm1',
    role: 'prompter',
    text: 'Name a fruit.',
    lang: 'en',
    replies: [
      { message_id: 'm2', role: 'assistant', text: 'A pear.', rank: 0, replies: [] },
      { message_id: 'm3', role: 'assistant', text: 'A carrot.', rank: 1, replies: [] },
    ],
  },
};

const shape = {
  name: 'oasst',
  fields: 'prompt: a tree of {message_id, role, text, rank, replies}',
  reads: ['prompt', 'tree_state', 'origin'],
  json: ['prompt'],
  example,
  recognises: (row: Row): boolean => {
    const root = row['prompt'];
    return (
      typeof root === 'object' && root !== null && !Array.isArray(root) && hasFields(root as Row, 'replies')
    );
  },
  passesOver: 'no turn of theirs has the replies that are needed',
};

/** Every two ranked replies to one turn are a vote for the better rank (0 is the best). */
export const oasstVotes: Layout<Comparison> = {
  ...shape,
  parser: () => votesOf,
};

export function votesOf(row: Row): Comparison[] {
  return turnsOf(row).flatMap(({ prompt, language, replies }) => {
    const ranked = replies.filter(({ rank }) => rank !== undefined);
    return ranked.flatMap((one, i) =>
      ranked.slice(i + 1).map((other): Comparison => ({
        promptId: promptDigest(prompt),
        ...language,
        prompt,
        a: { responseId: one.id, text: one.text },
        b: { responseId: other.id, text: other.text },
        winner: one.rank === other.rank ? 'tie' : (one.rank as number) < (other.rank as number) ? 'a' : 'b',
        annotator: 'ranks',
      })),
    );
  });
}

/** The reply of rank 0 to each turn, or the only one. */
export const oasstDemonstrations: Layout<Demonstration> = {
  ...shape,
  parser: () => demonstrationsOf,
};

export function demonstrationsOf(row: Row): Demonstration[] {
  return turnsOf(row).flatMap(({ prompt, language, replies }) => {
    const best = replies.length === 1 ? replies[0] : replies.find(({ rank }) => rank === 0);
    if (best === undefined) return [];
    return [{ promptId: promptDigest(prompt), ...language, prompt, response: best.text }];
  });
}

interface Reply {
  readonly id: string;
  readonly text: string;
  readonly rank: number | undefined;
}

interface Turn {
  readonly prompt: readonly Message[];
  readonly language: { readonly language?: string };
  readonly replies: readonly Reply[];
}

/** The turns of people, each with what was said before it. @param row with a tree. */
function turnsOf(row: Row): Turn[] {
  const turns: Turn[] = [];
  const visit = (node: Row, before: readonly Message[]): void => {
    const messages = [...before, messageOf(node)];
    const replies = repliesOf(node);
    if (messages.at(-1)?.role === 'user' && replies.length > 0) {
      turns.push({
        prompt: messages,
        language: typeof node['lang'] === 'string' ? { language: node['lang'] } : {},
        replies: replies.map((reply) => ({
          id: idField(reply, 'message_id'),
          text: stringField(reply, 'text'),
          rank: typeof reply['rank'] === 'number' ? reply['rank'] : undefined,
        })),
      });
    }
    for (const reply of replies) visit(reply, messages);
  };
  visit(row['prompt'] as Row, []);
  return turns;
}

function messageOf(node: Row): Message {
  const role = node['role'];
  if (role !== 'prompter' && role !== 'assistant') {
    throw new RowError('prompt', `must have messages of prompter and assistant, got ${describeValue(role)}`);
  }
  return { role: role === 'prompter' ? 'user' : 'assistant', content: stringField(node, 'text') };
}

/** Deleted messages are no replies. */
function repliesOf(node: Row): Row[] {
  const replies = node['replies'] ?? [];
  if (!Array.isArray(replies)) {
    throw new RowError('prompt', `must have replies in lists, got ${describeValue(replies)}`);
  }
  return (replies as Row[]).filter(({ deleted }) => deleted !== true);
}
