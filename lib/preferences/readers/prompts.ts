/** Prompts alone: TRL's prompt-only rows, and any row that has a `prompt` besides answers, which prompts do not need. */
import type { PromptRecord } from '../../types';
import { answerFields, promptField, promptTags, systemMessages } from './fields';
import { hasFields, type Layout } from './layout';

export const promptOnly: Layout<PromptRecord> = {
  name: 'prompts',
  fields: 'prompt: a string or messages',
  reads: [
    'prompt',
    'system',
    'referenceAnswer',
    'metadata',
    ...['chosen', 'rejected', 'margin', 'weight', 'verdicts', 'messages'],
    ...['response', 'responses', 'completion', 'output', 'answer', 'answers', 'label', 'labels'],
    ...['a', 'b', 'winner', 'finished', 'responseTokens', 'sample', 'score', 'scores', 'reference'],
    /^(score|response|answer)[_-]/,
    /^(chosen|rejected)_/,
  ],
  json: ['metadata'],
  example: { prompt: [{ role: 'user', content: 'Why is the sky blue?' }], task: 'science' },
  recognises: (row) => hasFields(row, 'prompt'),
  parser: () => (row) => {
    const given = promptField(row);
    const system = systemMessages(row);
    const prompt =
      system.length === 0
        ? given
        : [...system, ...(typeof given === 'string' ? [{ role: 'user' as const, content: given }] : given)];
    return [{ ...promptTags(row, prompt), prompt, ...answerFields(row) }];
  },
};

/** Rows of another kind as prompts: their answers are left out. */
export function promptsOf(layout: Layout<PromptRecord>): Layout<PromptRecord> {
  return {
    ...layout,
    parser: (file) => {
      const parse = layout.parser(file);
      return (row) =>
        parse(row).map(({ promptId, task, language, prompt }) => ({
          promptId,
          ...(task !== undefined && { task }),
          ...(language !== undefined && { language }),
          prompt,
        }));
    },
  };
}
