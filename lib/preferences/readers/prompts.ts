/** Prompts alone: TRL's prompt-only rows, and any row that has a `prompt` besides other fields. */
import type { PromptRecord } from '../../types';
import { answerFields, promptField, promptTags } from './fields';
import { hasFields, type Layout } from './layout';

export const promptOnly: Layout<PromptRecord> = {
  name: 'prompts',
  fields: 'prompt: a string or messages',
  recognises: (row) => hasFields(row, 'prompt'),
  parser: () => (row) => {
    const prompt = promptField(row);
    return [{ ...promptTags(row, prompt), prompt, ...answerFields(row) }];
  },
};
