/** Scorers by name: what `--reward`, `--judge` and `--utility` take. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as field from '../fields';
import { errorMessage, InputError } from '../errors';
import { loadModel } from '../model/directory';
import { isAdapterDirectory } from '../model/lora/directory';
import { ensembleScorer } from '../reward/ensemble';
import { rewardScorer } from '../reward/score';
import { checkedScorer } from '../scorer';
import type { Scorer } from '../types';

/** Responses that a reward model reads in one forward pass. */
const batchSize = 32;

export const rewardFlags = {
  rewardModel: field
    .path(
      'directory of the reward model that scores responses; several with commas between them are an ensemble',
    )
    .optional(),
  reward: field
    .text('instead of --reward-model: vader, a .js module with a default-exported scorer, or a directory')
    .optional(),
  ensemblePenalty: field.number(
    'λ of an ensemble: its score is the mean of its reward models less λ times their standard deviation',
    { default: 0, min: 0, source: 'ours; Coste et al. 2023 subtract the variance' },
  ),
  rewardWeights: field
    .text(
      'weights of the criteria of a reward model, e.g. helpful=1,harmless=0.5; those saved with it when absent',
    )
    .optional(),
};

/** The two ways to name what scores responses, `--reward-model <dirs>` and `--reward <scorer>`, and what belongs to the first. */
export type RewardFlags = field.ConfigOf<typeof rewardFlags>;

/** What the flags name. */
export interface ChosenReward {
  /** As {@link resolveScorer} takes them; two or more are an ensemble. */
  readonly scorers: readonly string[];
  readonly ensemblePenalty: number;
  readonly rewardWeights?: string;
}

/**
 * The scorer that the flags name; undefined when none is given.
 *
 * @throws {InputError} when both are given, when `--reward-model` is no directory, and when a flag is given that does not fit it.
 */
export function chosenReward(command: string, flags: RewardFlags): ChosenReward | undefined {
  const { rewardModel, reward, ensemblePenalty, rewardWeights } = flags;
  if (rewardModel !== undefined && reward !== undefined) {
    throw new InputError(`${command}: --reward-model and --reward name one scorer: give one of them`);
  }
  const scorers =
    rewardModel === undefined ? [reward].filter((spec) => spec !== undefined) : split(rewardModel);
  const wrong = rewardModel === undefined ? undefined : scorers.find((spec) => !isModelDirectory(spec));
  if (wrong !== undefined) {
    throw new InputError(`${command}: --reward-model must be a model directory, got '${wrong}'`);
  }
  if (ensemblePenalty > 0 && scorers.length < 2) {
    throw new InputError(
      `${command}: --ensemble-penalty is for two or more directories in --reward-model, got ${scorers.length}`,
    );
  }
  if (rewardWeights !== undefined && !scorers.every(isModelDirectory)) {
    throw new InputError(`${command}: --reward-weights is for reward models, got '${reward}'`);
  }
  if (scorers.length === 0) return undefined;
  return { scorers, ensemblePenalty, ...(rewardWeights !== undefined && { rewardWeights }) };
}

/** Directories with commas between them; a directory may have a comma in its name. */
function split(rewardModel: string): string[] {
  return isModelDirectory(rewardModel) ? [rewardModel] : rewardModel.split(',');
}

/** Finds the chosen scorer; several are an ensemble. */
export async function resolveReward({
  scorers,
  ensemblePenalty,
  rewardWeights,
}: ChosenReward): Promise<Scorer> {
  const members: Scorer[] = [];
  for (const spec of scorers) members.push(await resolveScorer(spec, rewardWeights));
  return members.length === 1 ? (members[0] as Scorer) : ensembleScorer(members, ensemblePenalty);
}

/** The files and folders of the chosen scorer, for a run's manifest. */
export function rewardFiles(reward: ChosenReward | undefined): string[] {
  return (reward?.scorers ?? []).flatMap(scorerFiles);
}

/** The file or folder of a scorer, for a run's manifest; none for a scorer that comes with the kit. */
export function scorerFiles(spec: string): string[] {
  return spec !== 'vader' && existsSync(spec) ? [spec] : [];
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
 * @param rewardWeights of a reward model of several criteria; those saved with it when absent.
 * @throws {InputError} naming the choices for anything else, or when the module exports no function.
 */
export async function resolveScorer(spec: string, rewardWeights?: string): Promise<Scorer> {
  if (spec === 'vader') return vaderScorer();
  if (isModelDirectory(spec)) return rewardModelScorer(spec, rewardWeights);
  if (/\.[cm]?js$/.test(spec)) return moduleScorer(spec);
  throw new InputError(
    `unknown scorer '${spec}': expected the folder of a reward model, vader, or a .js module with a default-exported scorer`,
  );
}

function rewardModelScorer(directory: string, rewardWeights: string | undefined): Scorer {
  if (!isAdapterDirectory(directory) && !existsSync(join(directory, 'config.json'))) {
    throw new InputError(`scorer ${directory}: not a model directory (config.json is missing)`);
  }
  const model = loadModel(directory);
  const positions = model.config.maxPositionEmbeddings;
  const maxResponseTokens = Math.floor(positions / 2);
  return rewardScorer(model, {
    batchSize,
    maxPromptTokens: positions - maxResponseTokens,
    maxResponseTokens,
    ...(rewardWeights !== undefined && { rewardWeights }),
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
  const scorer = checkedScorer(`scorer ${path}`, exported as Scorer);
  // As of reward models: numbers of 32 bits.
  return async (inputs) => Float32Array.from(await scorer(inputs));
}
