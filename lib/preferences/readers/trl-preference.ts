/**
 * TRL's preference rows, standard (strings) and conversational (messages), with the prompt in its own field or as the
 * common beginning of both sides. The kit's own pairs.jsonl is this layout with the prompt in its own field.
 */
import type { Message, PreferencePair, Prompt } from '../../types';
import { RowError } from './bad-row';
import {
  describeValue,
  endsWithUser,
  messagesField,
  nonEmpty,
  promptField,
  promptTags,
  responseField,
  stringField,
  verdictsField,
} from './fields';
import { hasFields, type Layout, type Row } from './layout';

export const trlPreference: Layout<PreferencePair> = {
  name: 'trl',
  fields: 'chosen, rejected and, when it is not their common beginning, prompt: strings or messages',
  recognises: (row) => hasFields(row, 'chosen', 'rejected'),
  parser: () => (row) => {
    const { prompt, chosen, rejected } = isImplicit(row) ? implicitPrompt(row) : explicitPrompt(row);
    nonEmpty(chosen, 'chosen');
    nonEmpty(rejected, 'rejected');
    if (chosen === rejected) throw new RowError('rejected', 'is the same text as chosen');
    return [{ ...promptTags(row, prompt), prompt, chosen, rejected, ...optionalFields(row) }];
  },
};

type Texts = Pick<PreferencePair, 'prompt' | 'chosen' | 'rejected'>;

/** Without a prompt, or with one as text beside whole conversations that begin with it (UltraFeedback). */
function isImplicit(row: Row): boolean {
  if (row['prompt'] === undefined || row['prompt'] === null) return true;
  return typeof row['prompt'] === 'string' && Array.isArray(row['chosen']) && row['chosen'].length > 1;
}

function explicitPrompt(row: Row): Texts {
  const prompt: Prompt = promptField(row);
  return { prompt, chosen: responseField(row, 'chosen'), rejected: responseField(row, 'rejected') };
}

/** The longest common beginning is the prompt: whole messages, or characters (a last space goes to the answers). */
function implicitPrompt(row: Row): Texts {
  if (typeof row['chosen'] === 'string') {
    const chosen = stringField(row, 'chosen');
    const rejected = stringField(row, 'rejected');
    let end = 0;
    while (end < chosen.length && chosen[end] === rejected[end]) end++;
    if (end > 0 && end < chosen.length && (chosen[end - 1] === ' ' || isHighSurrogate(chosen, end - 1)))
      end--;
    return { prompt: chosen.slice(0, end), chosen: chosen.slice(end), rejected: rejected.slice(end) };
  }
  const chosen = messagesField(row, 'chosen');
  const rejected = messagesField(row, 'rejected');
  let end = 0;
  while (end < chosen.length && sameMessage(chosen[end], rejected[end])) end++;
  if (end === chosen.length && end === rejected.length) {
    throw new RowError('rejected', 'is the same conversation as chosen');
  }
  return {
    prompt: endsWithUser(chosen.slice(0, end), 'chosen'),
    chosen: responseField({ chosen: chosen.slice(end) }, 'chosen'),
    rejected: responseField({ rejected: rejected.slice(end) }, 'rejected'),
  };
}

/** A character outside the basic plane is two units; a cut between them would spoil both texts. */
function isHighSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit < 0xdc00;
}

function sameMessage(a: Message | undefined, b: Message | undefined): boolean {
  return a !== undefined && a.role === b?.role && a.content === b.content;
}

function optionalFields(row: Row): Partial<PreferencePair> {
  const numbers: { margin?: number; weight?: number } = {};
  for (const field of ['margin', 'weight'] as const) {
    const value = row[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'number') throw new RowError(field, `must be a number, got ${describeValue(value)}`);
    numbers[field] = value;
  }
  return {
    ...numbers,
    ...verdictsField(row, ['chosen', 'rejected', 'tie']),
    ...(typeof row['chosenId'] === 'string' && { chosenId: row['chosenId'] }),
    ...(typeof row['rejectedId'] === 'string' && { rejectedId: row['rejectedId'] }),
  };
}
