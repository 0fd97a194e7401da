/** What models are asked besides: the flags `--probes` and `--perplexity`, and what they name. */
import { existsSync } from 'node:fs';
import * as field from '../fields';
import { InputError } from '../errors';
import type { Input } from '../flow/input';
import { readDemonstrations } from '../preferences/readers/open';
import { builtInProbes, builtInProbeSets } from '../probes/built-in';
import type { Checks } from '../probes/forgetting';
import type { Probe } from '../probes/probes';
import { holdsTexts, readProbes, readTexts } from '../probes/read';
import type { Demonstration } from '../types';

export const checkFlags = {
  probes: field
    .text(
      `prompts whose greedy answers are checked by a rule: a file of JSON lines (docs/probes.md), or sets that come with the kit, ${builtInProbeSets.join(', ')} or all`,
    )
    .optional(),
  perplexity: field
    .path('file of texts ({"text": …} in JSON lines) or demonstrations whose perplexity is taken')
    .optional(),
};

export const forgettingFlags = {
  ...checkFlags,
  probeEvery: field.integer('steps between two looks at --probes and --perplexity; the last step has one', {
    default: 50,
    min: 1,
    unit: 'steps',
    source: 'ours',
  }),
  probeThreshold: field
    .number('a task of --probes whose pass rate falls below this is told of and counted in probes/alarm', {
      min: 0,
      max: 1,
    })
    .optional(),
};

export type CheckFlags = field.ConfigOf<typeof checkFlags>;
export type ForgettingFlags = field.ConfigOf<typeof forgettingFlags>;

/** What `--probes` and `--perplexity` name; none when neither is given. @param settings what else decides the value. */
export function checksInput<S extends object>(
  { probes, perplexity }: CheckFlags,
  settings: S,
): Input<Checks & S> | undefined {
  if (probes === undefined && perplexity === undefined) return undefined;
  const files = [probes, perplexity].filter((path) => path !== undefined && existsSync(path));
  return {
    sources: files.map((path) => ({ path: path as string })),
    modules: [__filename],
    settings: { probes: probes ?? null, perplexity: perplexity ?? null, ...settings },
    open: async () => ({
      value: {
        ...settings,
        ...(probes !== undefined && { probes: await namedProbes(probes) }),
        ...(perplexity !== undefined && { texts: await namedTexts(perplexity) }),
      },
      close: () => {},
    }),
  };
}

/** @throws {InputError} for what is neither a file nor sets that come with the kit. */
async function namedProbes(name: string): Promise<Probe[]> {
  if (existsSync(name)) return readProbes(name);
  if (/[\\/.]/.test(name)) throw new InputError(`--probes: there is no file ${name}`);
  return builtInProbes(name);
}

async function namedTexts(path: string): Promise<Demonstration[]> {
  const plain = /\.(jsonl|ndjson)(\.gz)?$/.test(path) && (await holdsTexts(path));
  return plain ? readTexts(path) : readDemonstrations(path);
}
