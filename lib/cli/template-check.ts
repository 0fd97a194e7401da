/** Rows that a model's chat template refuses cannot be used: they are found while the file is read, where file and line are known. */
import { loadModelTokenizer } from '../model/directory';
import { RowError } from '../preferences/readers/bad-row';
import type { ReadOptions } from '../preferences/readers/open';
import { TemplateError } from '../tokenizer/chat-template';

/**
 * Reads only rows whose prompt the chat template of a model renders; the others are bad rows.
 *
 * @param model directory; without one nothing is checked.
 */
export function templateCheck(model: string | undefined): Pick<ReadOptions, 'check'> {
  if (model === undefined) return {};
  const tokenizer = loadModelTokenizer(model);
  return {
    check: ({ prompt }) => {
      if (typeof prompt === 'string') return;
      try {
        tokenizer.renderPrompt(prompt);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        throw new RowError('prompt', `is refused by the chat template of ${model} (${error.reason})`);
      }
    },
  };
}
