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
  /** `__filename` of the module that defines it: its code, and what that imports, is part of what decides its results. */
  readonly module: string;
  /** The rest of what decides its results; a resumed step must have the same. */
  readonly config: object;
  /** Files and folders of earlier steps that it reads, below the pipeline's folder. */
  readonly inputs: readonly string[];
  run(directory: RunDirectory): Promise<StepResults | void>;
}

/** The manifest of a finished step. */
export interface StepManifest extends StepResults {
  readonly complete: boolean;
  readonly seconds: number;
  /** ISO 8601. */
  readonly finishedAt: string;
}

/**
 * Runs a step into its folder, `out(step.name)`, or leaves it alone when its manifest says that it is complete.
 *
 * @param out where the files of steps are.
 * @returns the step's manifest.
 * @throws {InputError} when an unfinished step was begun with another configuration or other inputs.
 */
export async function runStep(
  out: (path: string) => string,
  engine: string,
  step: Step,
): Promise<StepManifest> {
  const folder = out(step.name);
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
    inputs: step.inputs.map(out),
    engine,
  });
  directory.finish((await step.run(directory)) ?? {});
  return readJson<StepManifest>(manifest);
}

/** A step on its way. */
export interface RunningStep {
  /** Rejects as the step does. */
  readonly done: Promise<unknown>;
  /** Lets the step write a checkpoint and end. */
  stop(): void;
}

/**
 * Runs steps in the order given, each as soon as the steps whose folders it reads have ended, up to `jobs` at a time. When
 * one fails or is stopped, the others are stopped too, and its error is thrown once all have ended.
 */
export async function runSteps(
  steps: readonly Step[],
  jobs: number,
  start: (step: Step) => RunningStep,
): Promise<void> {
  const ended = new Set<string>();
  const failed = new Set<Step>();
  const waiting = [...steps];
  const running = new Map<Step, { readonly done: Promise<Step>; stop(): void }>();
  const isReady = ({ inputs }: Step): boolean =>
    inputs.every((input) => ended.has(input.split('/')[0] as string));
  const startReady = (): void => {
    for (const step of waiting.filter(isReady).slice(0, jobs - running.size)) {
      waiting.splice(waiting.indexOf(step), 1);
      process.stderr.write(`${steps.indexOf(step) + 1}/${steps.length} ${step.name}\n`);
      const { done, stop } = start(step);
      const end = done.then(
        () => step,
        (error: unknown) => {
          failed.add(step);
          throw error;
        },
      );
      running.set(step, { done: end, stop });
    }
  };
  const ends = (): Promise<Step>[] => [...running.values()].map(({ done }) => done);
  try {
    for (startReady(); running.size > 0; startReady()) {
      const step = await Promise.race(ends());
      running.delete(step);
      ended.add(step.name);
    }
  } catch (error) {
    for (const [step, { stop }] of running) if (!failed.has(step)) stop();
    await Promise.allSettled(ends());
    throw error;
  }
}

/** Seconds in which at least one of the steps ran. */
export function wallSeconds(manifests: readonly StepManifest[]): number {
  const spans = manifests
    .map(({ finishedAt, seconds }) => {
      const end = Date.parse(finishedAt) / 1000;
      return { start: end - seconds, end };
    })
    .sort((a, b) => a.start - b.start);
  let covered = 0;
  let until = -Infinity;
  for (const { start, end } of spans) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return covered;
}
