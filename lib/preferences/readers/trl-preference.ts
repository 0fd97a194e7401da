/**
 * TRL's preference rows, standard (strings) and conversational (messages), with the prompt in its own field or as the
 * common beginning of both sides. The kit's own pairs.jsonl is this layout with the prompt in its own field.
 */
import type { Message, PreferencePair, Prompt } from '../../types';
import { RowError } from './bad-row';
import { differentAnswers } from './answers';
import {
  describeValue,
  endsWithUser,
  messagesField,
  promptField,
  promptTags,
  sideField,
  stringField,
  systemMessages,
  verdictsField,
} from './fields';
import { hasFields, type Layout, type Row } from './layout';
import { sharedTurns } from './turn-boundary';

export const trlPreference: Layout<PreferencePair> = {
  name: 'trl',
  fields:
    'chosen, rejected and, when it is not their common beginning, prompt: strings or messages; system if any',
  reads: ['prompt', 'system', 'chosen', 'rejected', 'margin', 'weight', 'verdicts', 'chosenId', 'rejectedId'],
  json: ['margin', 'weight', 'verdicts'],
  example: {
    prompt: [{ role: 'user', content: 'Name a river in Asia.' }],
    chosen: [{ role: 'assistant', content: 'The Mekong.' }],
    rejected: [{ role: 'assistant', content: 'The Danube.' }],
  },
  recognises: (row) => hasFields(row, 'chosen', 'rejected'),
  parser: () => (row) => {
    const texts = withSystem(row, isImplicit(row) ? implicitPrompt(row) : explicitPrompt(row));
    const { prompt } = texts;
    return [{ ...promptTags(row, prompt), ...differentAnswers(texts), ...optionalFields(row) }];
  },
};

type Texts = Pick<PreferencePair, 'prompt' | 'chosen' | 'rejected' | 'chosenContext' | 'rejectedContext'>;

/** Without a prompt, or with one as text beside whole conversations that begin with it. */
function isImplicit(row: Row): boolean {
  if (!hasFields(row, 'prompt')) return true;
  return typeof row['prompt'] === 'string' && Array.isArray(row['chosen']) && row['chosen'].length > 1;
}

/** A prompt that is text beside answers that are messages is the user's turn. */
function explicitPrompt(row: Row): Texts {
  const given = promptField(row);
  const isChat = Array.isArray(row['chosen']) || Array.isArray(row['rejected']);
  const prompt: Prompt = typeof given === 'string' && isChat ? [{ role: 'user', content: given }] : given;
  return { prompt, ...sides(row) };
}

/** The answers, with the turns that lead to each where the conversations part earlier. */
function sides(row: Row): Omit<Texts, 'prompt'> {
  const [chosen, rejected] = [sideField(row, 'chosen'), sideField(row, 'rejected')];
  return {
    chosen: chosen.text,
    rejected: rejected.text,
    ...(chosen.context && { chosenContext: chosen.context }),
    ...(rejected.context && { rejectedContext: rejected.context }),
  };
}

/** A system text of its own makes a conversation of the prompt. */
function withSystem(row: Row, texts: Texts): Texts {
  const system = systemMessages(row);
  if (system.length === 0) return texts;
  const { prompt } = texts;
  const turns: readonly Message[] = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt;
  if (turns[0]?.role === 'system')
    throw new RowError('system', 'is given beside a system message in the prompt');
  return { ...texts, prompt: [...system, ...turns] };
}

/** The prompt is what both sides begin with: whole messages, or text up to the place where a turn of the assistant begins. */
function implicitPrompt(row: Row): Texts {
  if (typeof row['chosen'] === 'string') {
    const chosen = stringField(row, 'chosen');
    const rejected = stringField(row, 'rejected');
    const end = sharedTurns(chosen, rejected);
    if (end === undefined) {
      throw new RowError(
        'prompt',
        'is missing, and chosen and rejected do not begin with the same turns (for example up to "Assistant:")',
      );
    }
    return { prompt: chosen.slice(0, end), chosen: chosen.slice(end), rejected: rejected.slice(end) };
  }
  const chosen = messagesField(row, 'chosen');
  const rejected = messagesField(row, 'rejected');
  let end = 0;
  while (end < chosen.length && sameMessage(chosen[end], rejected[end])) end++;
  if (end === chosen.length && end === rejected.length) {
    throw new RowError('rejected', 'is the same conversation as chosen');
  }
  const prompt = endsWithUser(chosen.slice(0, end), 'chosen');
  if (
    hasFields(row, 'prompt') &&
    prompt.at(-1)?.content !== row['prompt'] &&
    prompt.find(isUser)?.content !== row['prompt']
  ) {
    throw new RowError('prompt', "is neither the first nor the last turn of the user in 'chosen'");
  }
  return { prompt, ...sides({ chosen: chosen.slice(end), rejected: rejected.slice(end) }) };
}

function isUser({ role }: Message): boolean {
  return role === 'user';
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
