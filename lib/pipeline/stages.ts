/**
 * Steps of the pipeline one by one, kept by what decides their results: a step that was run before with the same configuration, the
 * same inputs, the same engine and the same code is not run again. This is how notebooks share what takes long.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { currentEngine } from '../backend';
import { InputError, nearMatch } from '../errors';
import type { PipelineConfig } from './config';
import { pipelineSteps } from './pipeline';
import { runStep, type Step } from './run-steps';

export interface Stages {
  /** Where a file of a step is, e.g. `path('sft/model')`. */
  path(file: string): string;
  /**
   * Runs steps, and before each the steps that it reads from, unless they are kept from before.
   *
   * @throws {InputError} for a name that no step has.
   */
  run(...names: string[]): Promise<void>;
}

/** Where notebooks keep their steps, below the folder that a notebook runs in. */
const defaultRoot = join('runs', 'notebooks');

/**
 * The steps of a pipeline, each with a folder `<name>-<key>`. Two configurations that differ in a late step share the early
 * ones.
 */
export function openStages(config: PipelineConfig, root = defaultRoot): Stages {
  const steps: Step[] = pipelineSteps(config, (file) => path(file));
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
  const upstream = (step: Step): string[] => [...new Set(step.inputs.map(stepOf))];
  const keyOf = (name: string): string => {
    const step = find(name);
    const key =
      keys.get(name) ??
      shortHash([currentEngine(), codeHash(), name, step.config, upstream(step).map(keyOf)]);
    keys.set(name, key);
    return key;
  };
  const folderOf = (name: string): string => join(root, `${name}-${keyOf(name)}`);
  const path = (file: string): string => {
    const name = stepOf(file);
    return join(folderOf(name), file.slice(name.length + 1));
  };

  const ensure = async (name: string): Promise<void> => {
    const step = find(name);
    const folder = folderOf(name);
    if (existsSync(folder)) return;
    for (const earlier of upstream(step)) await ensure(earlier);
    // Made aside and moved into place when complete: a folder of this name is always whole, whoever else makes it meanwhile.
    clearAbandoned(folder);
    const aside = `${folder}.${process.pid}`;
    mkdirSync(root, { recursive: true });
    await runStep((file) => (file === name ? aside : path(file)), currentEngine(), step);
    if (existsSync(folder)) rmSync(aside, { recursive: true });
    else renameSync(aside, folder);
  };

  return {
    path,
    async run(...names) {
      for (const name of names) find(name);
      for (const name of names) await ensure(name);
    },
  };
}

function stepOf(file: string): string {
  return file.split('/')[0] as string;
}

function shortHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 10);
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

let code: string | undefined;

/** What shows and starts things computes none of them. */
const withoutResults = /^((notebook|cli|bench)[\\/]|index\.)/;

/** Of every source file that computes: results of other code are never taken for results of this one. */
function codeHash(): string {
  if (code === undefined) {
    const hash = createHash('sha256');
    for (const folder of ['lib', 'datasets']) {
      const root = join(__dirname, '..', '..', folder);
      const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
        (file) => /(?<!\.d)\.(js|ts)$/.test(file) && !withoutResults.test(file),
      );
      for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)));
    }
    code = hash.digest('hex');
  }
  return code;
}
