/** Folders for what notebooks try out. */
import { mkdtempSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { currentEngine } from '../backend';
import { projectPath } from '../project-path';
import { openRunDirectory, type RunDirectory } from '../train/run-directory';

/**
 * A folder that nobody had before, below the project's `runs/notebooks/scratch`: a cell can be run again and again.
 *
 * @param name begins the folder's name.
 */
export function scratchFolder(name: string): string {
  const root = projectPath('runs', 'notebooks', 'scratch');
  mkdirSync(root, { recursive: true });
  return mkdtempSync(join(root, `${name}-`));
}

/**
 * A new run in a {@link scratchFolder}.
 *
 * @param config of the run, kept in it.
 *
 * @example
 * ```ts
 * import { parseConfig, rewardFields, scratchRun, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const run = await scratchRun('reward', parseConfig('reward', rewardFields, {}));
 * console.log(run.path);
 * ```
 */
export async function scratchRun(name: string, config: object): Promise<RunDirectory> {
  // An empty folder is a new run.
  const out = scratchFolder(name);
  return openRunDirectory({
    command: `notebook/${name}`,
    out,
    resume: false,
    config: { ...config },
    inputs: [],
    engine: currentEngine(),
  });
}
