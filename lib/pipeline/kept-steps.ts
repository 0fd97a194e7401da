/**
 * Steps kept by what decides their results: a step that was run before with the same configuration, the same inputs, the same engine
 * and the same code of its own (see {@link codeKey}) is not run again, whichever pipeline it belongs to. Notebooks and experiments share what takes long this way.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { InputError, nearMatch } from '../errors';
import { readJson } from '../files';
import { codeKey, shortHash } from '../flow/code-keys';
import { runStep, type Step, type StepManifest } from './run-steps';

export interface KeptSteps {
  readonly steps: readonly Step[];
  /** The steps that a step reads from, in their order. */
  upstream(name: string): string[];
  /** Hash of what decides a step's results whatever computes them: its code, its configuration, the keys of the steps it reads from. */
  key(name: string): string;
  /** Folder of a step: its name and a hash of its key and the engine. */
  folder(name: string): string;
  /** Where a file of a step is, e.g. `path('sft/model')`. */
  path(file: string): string;
  isKept(name: string): boolean;
  /** Of a step that is kept. */
  manifest(name: string): StepManifest;
  /** Runs one step, unless it is kept; those it reads from must be. */
  runOne(name: string): Promise<void>;
  /**
   * Runs steps, and before each the steps that it reads from, unless they are kept.
   *
   * @throws {InputError} for a name that no step has.
   */
  run(...names: string[]): Promise<void>;
}

/**
 * @param stepsIn the steps, given where their files are.
 * @param root where the folders of all steps are kept.
 */
export function keepSteps(
  stepsIn: (path: (file: string) => string) => readonly Step[],
  root: string,
  engine: string,
): KeptSteps {
  const steps = stepsIn((file) => path(file));
  const byName = new Map(steps.map((step) => [step.name, step]));
  const keys = new Map<string, string>();

  const find = (name: string): Step => {
    const step = byName.get(name);
    if (step !== undefined) return step;
    const near = nearMatch(name, byName.keys());
    throw new InputError(
      `stages: no step is called '${name}'${near === undefined ? '' : `; did you mean '${near}'?`} (known: ${[...byName.keys()].join(', ')})`,
    );
  };
  const upstream = (name: string): string[] => [...new Set(find(name).inputs.map(stepOf))];
  const keyOf = (name: string): string => {
    const { module, config } = find(name);
    const decisive = (): unknown[] => [name, codeKey(module), config, upstream(name).map(keyOf)];
    const key = keys.get(name) ?? shortHash(JSON.stringify(decisive()));
    keys.set(name, key);
    return key;
  };
  const folder = (name: string): string => join(root, `${name}-${shortHash(engine, keyOf(name))}`);
  const path = (file: string): string => {
    const name = stepOf(file);
    return join(folder(name), file.slice(name.length + 1));
  };
  const isKept = (name: string): boolean => existsSync(folder(name));

  const runOne = async (name: string): Promise<void> => {
    const step = find(name);
    const kept = folder(name);
    if (existsSync(kept)) return;
    // Made aside and moved into place when complete: a folder of this name is always whole, whoever else makes it meanwhile.
    clearAbandoned(kept);
    const aside = `${kept}.${process.pid}`;
    mkdirSync(root, { recursive: true });
    await runStep((file) => (file === name ? aside : path(file)), engine, step);
    if (existsSync(kept)) rmSync(aside, { recursive: true });
    else renameSync(aside, kept);
  };
  const ensure = async (name: string): Promise<void> => {
    if (isKept(name)) return;
    for (const earlier of upstream(name)) await ensure(earlier);
    await runOne(name);
  };

  return {
    steps,
    upstream,
    key: keyOf,
    folder,
    path,
    isKept,
    manifest: (name) => readJson<StepManifest>(path(`${name}/manifest.json`)),
    runOne,
    async run(...names) {
      for (const name of names) find(name);
      for (const name of names) await ensure(name);
    },
  };
}

function stepOf(file: string): string {
  return file.split('/')[0] as string;
}

/** Halves that this process left when it was stopped, or that processes left which are gone. */
function clearAbandoned(folder: string): void {
  const [parent, name] = [
    folder.slice(0, folder.lastIndexOf(sep)),
    folder.slice(folder.lastIndexOf(sep) + 1),
  ];
  if (!existsSync(parent)) return;
  for (const found of readdirSync(parent)) {
    const pid = found.startsWith(`${name}.`) ? Number(found.slice(name.length + 1)) : Number.NaN;
    if (Number.isInteger(pid) && (pid === process.pid || !isAlive(pid)))
      rmSync(join(parent, found), { recursive: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
