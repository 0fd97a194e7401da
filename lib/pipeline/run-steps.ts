/** Steps of the pipeline: each has a folder with a manifest, is skipped when it is complete, and resumed when it is not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../files';
import { openRunDirectory, type RunDirectory } from '../train/run-directory';

/** What a step leaves in its manifest besides its files. */
export type StepResults = Readonly<Record<string, unknown>>;

export interface Step {
  /** Name of its folder. */
  readonly name: string;
  /** What decides its results; a resumed step must have the same. */
  readonly config: object;
  /** Files and folders of earlier steps that it reads, below the pipeline's folder. */
  readonly inputs: readonly string[];
  run(directory: RunDirectory): Promise<StepResults | void>;
}

/** The manifest of a finished step. */
export interface StepManifest extends StepResults {
  readonly complete: boolean;
  readonly seconds: number;
}

/**
 * Runs a step into `<out>/<name>`, or leaves it alone when its manifest says that it is complete.
 *
 * @returns the step's manifest.
 * @throws {InputError} when an unfinished step was begun with another configuration or other inputs.
 */
export async function runStep(out: string, engine: string, step: Step): Promise<StepManifest> {
  const folder = join(out, step.name);
  const manifest = join(folder, 'manifest.json');
  if (existsSync(manifest)) {
    const before = readJson<StepManifest>(manifest);
    if (before.complete) return before;
  }
  const directory = await openRunDirectory({
    command: `pipeline/${step.name}`,
    out: folder,
    // A kill may have come between making the folder and writing the configuration.
    resume: existsSync(join(folder, 'config.json')),
    config: { ...step.config },
    inputs: step.inputs.map((input) => join(out, input)),
    engine,
  });
  directory.finish((await step.run(directory)) ?? {});
  return readJson<StepManifest>(manifest);
}
