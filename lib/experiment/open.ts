/** Experiments by name: folders below experiments/ with a `config.json`. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { didYouMean, InputError } from '../errors';
import { projectPath } from '../project-path';
import { installedRoot } from '../train/versions';
import { readExperiment } from './config';
import type { Experiment } from './experiment';
import { readResults } from './results';

/** Where experiments are looked for by name: this folder of the project, then that of an installed package. */
export const experimentsHome = 'experiments';

function homes(): string[] {
  const installed = installedRoot();
  return [
    projectPath(experimentsHome),
    ...(installed === undefined ? [] : [join(installed, experimentsHome)]),
  ];
}

/** Where summaries of the default pipeline's runs are kept, below {@link experimentsHome}. */
export const pipelineRunsName = '00-pipeline';

/** Names of all experiments, in order: those of a folder, or of the project and the installed package. */
export function experimentNames(home?: string): string[] {
  const names = (home === undefined ? homes() : [home])
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((name) => isExperiment(join(folder, name))));
  return [...new Set(names)].sort();
}

/**
 * Folder of an experiment.
 *
 * @param experiment its folder, or its name below experiments/.
 * @throws {InputError} with the near match when there is none.
 */
export function experimentFolder(experiment: string): string {
  const places = homes().map((home) => join(home, experiment));
  const folder = [experiment, ...places].find(isExperiment);
  if (folder !== undefined) return folder;
  const names = experimentNames();
  throw new InputError(
    `experiment: neither ${experiment} nor ${places[0]} has a config.json${didYouMean(experiment, names)}${names.length === 0 ? '' : ` (known: ${names.join(', ')})`}`,
  );
}

/**
 * Folder of an experiment that results are written to.
 *
 * @throws {InputError} as {@link experimentFolder}; for one in an installed package, which npm replaces with the next version.
 */
export function writableExperimentFolder(experiment: string): string {
  const folder = experimentFolder(experiment);
  const installed = installedRoot();
  if (installed !== undefined && resolve(folder).startsWith(installed + sep)) {
    const own = projectPath(experimentsHome, basename(folder));
    throw new InputError(
      `experiment: ${basename(folder)} is part of the installed package, where nothing of yours is kept; copy it first: mkdir -p ${dirname(own)} && cp -r ${folder} ${own}`,
    );
  }
  return folder;
}

function isExperiment(folder: string): boolean {
  return existsSync(join(folder, 'config.json'));
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

/** All experiments, in the order of their names: those of a folder, or of the project and the installed package. */
export function openExperiments(home?: string): Promise<Experiment[]> {
  const folderOf = (name: string): string => (home === undefined ? experimentFolder(name) : join(home, name));
  return Promise.all(experimentNames(home).map((name) => openExperiment(folderOf(name))));
}
