/** Scorers by name: what `--reward`, `--judge` and `--utility` take. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FieldTable } from '../config';
import { errorMessage, InputError } from '../errors';
import { loadModel } from '../model/directory';
import { rewardScorer } from '../reward/score';
import type { Scorer } from '../types';

/** Responses that a reward model reads in one forward pass. */
const batchSize = 32;

/** The two ways to name what scores responses: `--reward-model <dir>` and `--reward <scorer>`. */
export interface RewardFlags {
  readonly rewardModel?: string;
  readonly reward?: string;
}

export const rewardFlags: FieldTable<RewardFlags> = {
  rewardModel: { doc: 'directory of the reward model that scores responses', type: 'path', optional: true },
  reward: {
    doc: 'instead of --reward-model: vader, a .js module with a default-exported scorer, or a directory',
    type: 'string',
    optional: true,
  },
};

/**
 * The scorer that the flags name, as {@link resolveScorer} takes it; undefined when neither is given.
 *
 * @throws {InputError} when both are given, or `--reward-model` is no directory.
 */
export function chosenReward(command: string, { rewardModel, reward }: RewardFlags): string | undefined {
  if (rewardModel !== undefined && reward !== undefined) {
    throw new InputError(`${command}: --reward-model and --reward name one scorer: give one of them`);
  }
  if (rewardModel !== undefined && !isModelDirectory(rewardModel)) {
    throw new InputError(`${command}: --reward-model must be a model directory, got '${rewardModel}'`);
  }
  return rewardModel ?? reward;
}

/** The file or folder of a scorer, for a run's manifest; none for a scorer that comes with the kit. */
export function scorerFiles(spec: string | undefined): string[] {
  return spec !== undefined && spec !== 'vader' && existsSync(spec) ? [spec] : [];
}

/** Whether a scorer is a model directory. */
export function isModelDirectory(spec: string): boolean {
  return spec !== 'vader' && existsSync(spec) && statSync(spec).isDirectory();
}

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
  if (isModelDirectory(spec)) return rewardModelScorer(spec);
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
  return checked(path, exported as Scorer);
}

/** A scorer from outside, held to its contract: a wrong count or a NaN would train a policy on nonsense. */
function checked(path: string, scorer: Scorer): Scorer {
  return async (inputs) => {
    const scores = Float32Array.from(await scorer(inputs));
    const bad = scores.findIndex((score) => !Number.isFinite(score));
    if (scores.length !== inputs.length || bad !== -1) {
      const got =
        scores.length !== inputs.length ? `${scores.length}` : `${scores[bad]} as number ${bad + 1}`;
      throw new InputError(`scorer ${path}: must return ${inputs.length} finite numbers, got ${got}`);
    }
    return scores;
  };
}
