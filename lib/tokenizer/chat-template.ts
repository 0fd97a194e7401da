/** Chat templates: where a model directory keeps them, and conversations through them. */
import { Template } from '@huggingface/jinja';
import { errorMessage, InputError } from '../errors';
import type { Message } from '../types';
import { templateNow } from './clock';
import { strftime } from './strftime';

/** The file of the one template, or of the default one. */
export const templateFile = 'chat_template.jinja';
/** The folder of further templates, one a file. */
export const templateFolder = 'chat_templates';

/** Writes a conversation as text. */
export type ChatTemplate = (messages: readonly Message[], addGenerationPrompt: boolean) => string;

/**
 * The template that a model's conversations go through: `chat_template.jinja` and the files of `chat_templates/` count before the
 * `chat_template` of tokenizer_config.json, which is one text or several with names; of several the one named `default`.
 *
 * @param files of the model directory, by name.
 * @returns undefined when the model has none.
 * @throws {InputError} when there are several and none is the default, or one is no text.
 */
export function chatTemplateSource(
  config: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
  where: string,
): string | undefined {
  const named = Object.entries(files).flatMap(([name, content]): [string, unknown][] => {
    if (name === templateFile) return [['default', content]];
    const [, own] = /^chat_templates\/(.*)\.jinja$/.exec(name) ?? [];
    return own === undefined ? [] : [[own, content]];
  });
  const templates = new Map(named.length > 0 ? named : ofConfig(config['chat_template']));
  if (templates.size === 0) return undefined;
  const chosen = templates.get('default');
  if (typeof chosen === 'string') return chosen;
  const names = [...templates.keys()].join(', ');
  throw new InputError(
    chosen === undefined
      ? `${where}: one of several chat templates must be named default, got ${names}`
      : `${where}: the chat template must be text, got ${JSON.stringify(chosen)}`,
  );
}

/** One text, a list of `{name, template}`, or an object of texts by name. */
function ofConfig(given: unknown): [string, unknown][] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) {
    return (given as { name?: unknown; template?: unknown }[]).map((entry) => [
      String(entry?.name),
      entry?.template,
    ]);
  }
  return typeof given === 'object' ? Object.entries(given) : [['default', given]];
}

/** The library declares a `strftime_now` of its own, which only a template can replace. */
const runClock = '{% set strftime_now = run_strftime_now %}';

/**
 * Compiles a template when the first conversation comes. It finds what transformers gives it: the special tokens by name, `tools` and
 * `documents` as none, and `strftime_now` with the time of the run.
 *
 * @param where named in errors.
 */
export function chatTemplate(
  source: string,
  specialTokens: Readonly<Record<string, string>>,
  where: string,
): ChatTemplate {
  let template: Template | undefined;
  return (messages, addGenerationPrompt) => {
    try {
      template ??= new Template(runClock + source);
      return template.render({
        ...specialTokens,
        messages,
        tools: null,
        documents: null,
        add_generation_prompt: addGenerationPrompt,
        run_strftime_now: (format: string) => strftime(templateNow(), format),
      });
    } catch (error) {
      throw new TemplateError(where, errorMessage(error));
    }
  };
}

/** A conversation that a chat template refuses, e.g. because its roles do not alternate. */
export class TemplateError extends InputError {
  /** What the template, or its engine, says. */
  readonly reason: string;

  constructor(where: string, reason: string) {
    super(`${where}: the chat template cannot render the conversation (${reason})`);
    this.reason = reason;
  }
}
