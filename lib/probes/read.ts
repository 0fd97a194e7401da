/** Files of probes and of plain texts: JSON lines. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../errors';
import { streamJsonLines } from '../files';
import type { Demonstration } from '../types';
import { requireDistinct, type Probe } from './probes';
import { ruleNames, ruleOf, RuleError } from './rule';

const message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });

const probeRow = z
  .strictObject({
    prompt: z.union([z.string().min(1), z.array(message).min(1)], {
      error: 'must be a text or a list of messages with role and content',
    }),
    promptId: z.union([z.string().min(1), z.number()]).optional(),
    task: z.string().optional(),
    language: z.string().optional(),
    ...Object.fromEntries(ruleNames.map((name) => [name, z.unknown().optional()])),
  })
  .refine(({ prompt }) => typeof prompt === 'string' || prompt.at(-1)?.role === 'user', {
    path: ['prompt'],
    error: "must end with the user's turn",
  });

/**
 * Reads probes: a line each, with `prompt` (a text or messages), one rule of `ruleOf`, and `task`, `language` and `promptId` if any.
 *
 * @throws {InputError} naming file, line and field for a row that is not understood.
 *
 * @example
 * ```ts
 * import { answerProbes, loadModel, probePassRates, readProbes, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const probes = await readProbes('probes.jsonl'); // {"task": "sums", "prompt": "2 + 2 = ", "number": 4}
 * const limits = { maxNewTokens: 16, maxPromptTokens: 256 };
 * const answers = await answerProbes(loadModel('runs/start/sft/model'), probes, limits);
 * console.log(probePassRates(answers, ({ passes }) => passes));
 * ```
 */
export async function readProbes(path: string): Promise<Probe[]> {
  const probes: Probe[] = [];
  for await (const { line, value } of streamJsonLines(path)) {
    const parsed = probeRow.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new InputError(`${path}:${line}: ${issueText(issue)}`);
    }
    const { prompt, promptId, task, language, ...rules } = parsed.data;
    try {
      probes.push({
        promptId: String(promptId ?? digest(value)),
        prompt,
        ...(task !== undefined && { task }),
        ...(language !== undefined && { language }),
        passes: ruleOf(rules),
      });
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      throw new InputError(`${path}:${line}: ${error.message}`);
    }
  }
  if (probes.length === 0) throw new InputError(`${path}: holds no probes`);
  requireDistinct(path, probes);
  return probes;
}

function issueText(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') {
    const known = ['prompt', 'promptId', 'task', 'language', ...ruleNames].join(', ');
    return `unknown field '${issue.keys[0]}'; a probe has ${known}`;
  }
  const field = issue?.path.join('.') ?? '';
  return field === '' ? `must be an object (${issue?.message})` : `'${field}' ${issue?.message}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

const textRow = z.strictObject({ text: z.string().min(1) });

/** Whether a file's first row is a plain text. */
export async function holdsTexts(path: string): Promise<boolean> {
  for await (const { value } of streamJsonLines(path)) return textRow.safeParse(value).success;
  return false;
}

/**
 * Reads plain texts: a line each, `{"text": …}`. All of a text counts.
 *
 * @throws {InputError} naming file and line.
 */
export async function readTexts(path: string): Promise<Demonstration[]> {
  const texts: Demonstration[] = [];
  for await (const { line, value } of streamJsonLines(path)) {
    const parsed = textRow.safeParse(value);
    if (!parsed.success)
      throw new InputError(
        `${path}:${line}: must be {"text": "…"} as in the first line, got ${JSON.stringify(value)}`,
      );
    texts.push({ promptId: digest(value), prompt: '', response: parsed.data.text, finished: false });
  }
  if (texts.length === 0) throw new InputError(`${path}: holds no texts`);
  return texts;
}
