/** Run folders for what notebooks try out. */
import { mkdtempSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { currentEngine } from '../backend';
import { openRunDirectory, type RunDirectory } from '../train/run-directory';

const root = join('runs', 'notebooks', 'scratch');

/**
 * A run folder that nobody had before, below `runs/notebooks/scratch`: a cell can be run again and again.
 *
 * @param name begins the folder's name.
 * @param config of the run, kept in it.
 */
export async function scratchRun(name: string, config: object): Promise<RunDirectory> {
  mkdirSync(root, { recursive: true });
  // An empty folder is a new run.
  const out = mkdtempSync(join(root, `${name}-`));
  return openRunDirectory({
    command: `notebook/${name}`,
    out,
    resume: false,
    config: { ...config },
    inputs: [],
    engine: currentEngine(),
  });
}
