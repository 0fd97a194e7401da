/** What every training command does around its stage: engine, run directory, manifest, result. */
import { compilations } from '../backend';
import { InputError } from '../errors';
import { readJson } from '../files';
import type { RunConfig } from '../train/fields';
import { openRunDirectory, type RunDirectory } from '../train/run-directory';
import { startEngine } from './restart';

/**
 * Runs one stage into its run directory.
 *
 * @param inputs files and folders that the stage reads; they must be there, and the same ones when a run is resumed.
 * @param body the stage; what it returns is the command's result and goes into the manifest.
 * @throws {InputError} when the run in `out` is already complete.
 */
export async function runStage<C extends RunConfig>(
  command: string,
  config: Readonly<C>,
  inputs: readonly string[],
  body: (run: RunDirectory) => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const engine = await startEngine(config.engine);
  const run = await openRunDirectory({
    command,
    out: config.out,
    resume: config.resume,
    config: { ...config },
    inputs,
    engine,
  });
  if (run.resumed && readJson<{ complete: boolean }>(run.file('manifest.json')).complete) {
    throw new InputError(`${command}: the run in ${config.out} is complete; there is nothing to resume`);
  }
  const results = await body(run).catch((error: unknown) => {
    if (error instanceof InputError) run.withdraw();
    throw error;
  });
  run.finish(results);
  const compiled = compilations();
  if (compiled !== undefined) {
    process.stderr.write(
      `${command}: ${compiled.programs} programs in ${compiled.seconds.toFixed(1)} s, ${compiled.fromDisk} of them from the disk\n`,
    );
  }
  return { command, out: config.out, engine, ...results, ...(compiled && { compiled }) };
}
