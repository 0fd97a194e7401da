/** Scorers by name: what `--reward`, `--judge` and `--utility` take. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorMessage, InputError } from '../errors';
import { loadModel } from '../model/directory';
import { rewardScorer } from '../reward/score';
import type { Scorer } from '../types';

/** Longest texts that a reward model reads here; its positions limit it further. */
const batchSize = 32;

/**
 * Finds a scorer.
 *
 * - a folder: a reward model's Hugging Face directory;
 * - `vader`: the sentiment of the response in [−1, 1], by the npm package vader-sentiment (English);
 * - a `.js`, `.cjs` or `.mjs` file: a module whose default export is a `Scorer`.
 *
 * @throws {InputError} naming the choices for anything else, or when the module exports no function.
 */
export async function resolveScorer(spec: string): Promise<Scorer> {
  if (spec === 'vader') return vaderScorer();
  if (existsSync(spec) && statSync(spec).isDirectory()) return rewardModelScorer(spec);
  if (/\.[cm]?js$/.test(spec)) return moduleScorer(spec);
  throw new InputError(
    `unknown scorer '${spec}': expected the folder of a reward model, vader, or a .js module with a default-exported scorer`,
  );
}

function rewardModelScorer(directory: string): Scorer {
  if (!existsSync(join(directory, 'config.json'))) {
    throw new InputError(`scorer ${directory}: not a model directory (config.json is missing)`);
  }
  const model = loadModel(directory);
  const positions = model.config.maxPositionEmbeddings;
  const maxResponseTokens = Math.floor(positions / 2);
  return rewardScorer(model, {
    batchSize,
    maxPromptTokens: positions - maxResponseTokens,
    maxResponseTokens,
  });
}

interface Vader {
  readonly SentimentIntensityAnalyzer: { polarity_scores(text: string): { readonly compound: number } };
}

async function vaderScorer(): Promise<Scorer> {
  const { SentimentIntensityAnalyzer } = (await import('vader-sentiment' as string)) as Vader;
  return async (inputs) =>
    Float32Array.from(
      inputs,
      ({ response }) => SentimentIntensityAnalyzer.polarity_scores(response).compound,
    );
}

async function moduleScorer(path: string): Promise<Scorer> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  } catch (error) {
    throw new InputError(`scorer ${path}: cannot be loaded (${errorMessage(error)})`);
  }
  // A CommonJS module's exports arrive under `default`, its own default export one level deeper.
  const exported = (module.default as { default?: unknown } | undefined)?.default ?? module.default;
  if (typeof exported !== 'function')
    throw new InputError(`scorer ${path}: must export a function by default, got ${typeof exported}`);
  return exported as Scorer;
}
