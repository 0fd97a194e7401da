/** Rows to imitate: the kit's own, TRL's prompt and completion, TRL's messages. */
import type { Demonstration, Prompt } from '../../types';
import { RowError } from './bad-row';
import {
  describeValue,
  endsWithUser,
  messagesField,
  nonEmpty,
  promptField,
  promptTags,
  responseField,
  systemMessages,
} from './fields';
import { hasFields, type Layout, type Row } from './layout';

function demonstration(row: Row, prompt: Prompt, response: string, field: string): Demonstration {
  return { ...promptTags(row, prompt), prompt, response: nonEmpty(response, field) };
}

/** `prompt` with the response in a field of its own. */
function withResponseIn(name: string, field: string): Layout<Demonstration> {
  return {
    name,
    fields: `prompt, ${field}: strings or messages; system if any`,
    reads: ['prompt', 'system', field],
    example: { prompt: 'The capital of Peru is', [field]: ' Lima.' },
    recognises: (row) => hasFields(row, 'prompt', field),
    parser: () => (row) => [demonstration(row, chatField(row, field), responseField(row, field), field)],
  };
}

/** The prompt; text is the user's turn where a system text or an answer in messages says that this is a chat. */
function chatField(row: Row, field: string): Prompt {
  const prompt = promptField(row);
  const system = systemMessages(row);
  if (system.length === 0 && !(typeof prompt === 'string' && Array.isArray(row[field]))) return prompt;
  return [...system, ...(typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt)];
}

const promptResponse = withResponseIn('demonstrations', 'response');

/** The kit's own rows, rollouts among them: a response that was cut at a length limit says so. */
export const ownDemonstrations: Layout<Demonstration> = {
  ...promptResponse,
  reads: [...promptResponse.reads, 'finished', 'responseTokens', 'sample'],
  json: ['finished'],
  parser: (file) => {
    const parse = promptResponse.parser(file);
    return (row) => {
      const finished = row['finished'] ?? true;
      if (typeof finished !== 'boolean')
        throw new RowError('finished', `must be true or false, got ${describeValue(finished)}`);
      return parse(row).map((one) => (finished ? one : { ...one, finished }));
    };
  },
};

export const promptCompletion = withResponseIn('prompt-completion', 'completion');

/** A whole conversation; its last message is the response. */
export const conversations: Layout<Demonstration> = {
  name: 'messages',
  fields: 'messages that end with the assistant',
  reads: ['messages'],
  json: ['messages'],
  example: {
    messages: [
      { role: 'user', content: 'Which month has the fewest days?' },
      { role: 'assistant', content: 'February.' },
    ],
  },
  recognises: (row) => hasFields(row, 'messages') && !hasFields(row, 'prompt'),
  parser: () => (row) => {
    const messages = messagesField(row, 'messages');
    const last = messages.at(-1);
    if (last?.role !== 'assistant') {
      throw new RowError('messages', `must end with the assistant's turn, got ${last?.role}`);
    }
    const prompt = endsWithUser(messages.slice(0, -1), 'messages');
    return [demonstration(row, prompt, last.content, 'messages')];
  },
};
