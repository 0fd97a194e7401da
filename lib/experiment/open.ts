/** Experiments by name: folders below experiments/ with a `config.json`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean, InputError } from '../errors';
import { readExperiment } from './config';
import type { Experiment } from './experiment';
import { readResults } from './results';

/** Where experiments are looked for by name. */
export const experimentsHome = 'experiments';

/** Where summaries of the default pipeline's runs are kept, below {@link experimentsHome}. */
export const pipelineRunsName = '00-pipeline';

/** Names of all experiments, in order. */
export function experimentNames(home = experimentsHome): string[] {
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .filter((name) => existsSync(join(home, name, 'config.json')))
    .sort();
}

/**
 * Folder of an experiment.
 *
 * @param experiment its folder, or its name below experiments/.
 * @throws {InputError} with the near match when there is none.
 */
export function experimentFolder(experiment: string): string {
  const inHome = join(experimentsHome, experiment);
  const folder = [experiment, inHome].find((path) => existsSync(join(path, 'config.json')));
  if (folder !== undefined) return folder;
  const names = experimentNames();
  throw new InputError(
    `experiment: neither ${experiment} nor ${inHome} has a config.json${didYouMean(experiment, names)}${names.length === 0 ? '' : ` (known: ${names.join(', ')})`}`,
  );
}

/**
 * An experiment's configuration and what results there are.
 *
 * @example
 * ```ts
 * import { experimentFolder, openExperiment, resultRows, show } from 'rlhf-kit';
 *
 * const experiment = await openExperiment(experimentFolder('02-length-debiasing'));
 * show(resultRows(experiment));
 * ```
 */
export async function openExperiment(folder: string): Promise<Experiment> {
  return { config: readExperiment(folder), rows: await readResults(folder) };
}

/** All experiments, in the order of their names. */
export function openExperiments(home = experimentsHome): Promise<Experiment[]> {
  return Promise.all(experimentNames(home).map((name) => openExperiment(join(home, name))));
}
