/** The folder of a run: its resolved configuration, its manifest, its metrics, its checkpoints, its results. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors';
import { matchedFiles } from '../file-pattern';
import { isUnfinished, notThere, readJson, sha256File, writeJson } from '../files';
import { isAdapterDirectory, openAdapter } from '../model/lora/directory';
import { templateFolder } from '../tokenizer/chat-template';
import { localTime, setTemplateClock } from '../tokenizer/clock';
import { newestCheckpoint } from './checkpoint-steps';
import { versions } from './versions';

export interface RunDirectoryOptions {
  readonly command: string;
  readonly out: string;
  /** Go on with the run that is there instead of refusing it. */
  readonly resume: boolean;
  /** The resolved configuration; a resumed run must have the same. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Files the run reads; their SHA-256 goes into the manifest. */
  readonly inputs: readonly string[];
  readonly engine: string;
  /** Whether only the first step is computed, to see what it takes. */
  readonly isDry?: boolean;
}

export interface RunDirectory {
  readonly path: string;
  /** Whether an earlier part of the run is there. */
  readonly resumed: boolean;
  /** Whether training is to end after its first step and tell what that took. */
  readonly isDry?: boolean;
  /** Step of its newest checkpoint; 0 when it has none. */
  lastStep(): number;
  /** Path of a file of the run. */
  file(name: string): string;
  /** Takes the folder of a new run away again, unless something of the run is in it: then there is nothing to resume. */
  withdraw(): void;
  /** Marks the run as complete. */
  finish(results?: Readonly<Record<string, unknown>>): void;
}

/** Keys that may differ between a run and its resumption: they do not change what is computed. */
const freeKeys = new Set(['resume', 'out', 'engine', 'saveSteps', 'loggingSteps']);

/**
 * Makes the folder of a new run, or opens one to be resumed.
 *
 * @throws {InputError} when the folder exists and `resume` is not given, when it holds no run, or when the run in it has
 * another configuration or other inputs.
 *
 * @example
 * ```ts
 * import { openRunDirectory, parseConfig, sftFields, useEngine } from 'rlhf-kit';
 *
 * const engine = await useEngine();
 * const config = parseConfig('sft', sftFields, { maxSteps: 100 });
 * const about = { command: 'sft', out: 'runs/mine', resume: false, inputs: ['demonstrations.jsonl'] };
 * const run = await openRunDirectory({ ...about, config, engine });
 * console.log(run.file('metrics.jsonl'));
 * ```
 */
export async function openRunDirectory(options: RunDirectoryOptions): Promise<RunDirectory> {
  const { command, out, resume, config, engine } = options;
  const inputs = await hashInputs(options.inputs);
  const configPath = join(out, 'config.json');
  const manifestPath = join(out, 'manifest.json');
  // The manifest is written first: a folder that a kill left without a configuration holds nothing else yet, but perhaps the half of one.
  const found = existsSync(out) ? readdirSync(out) : [];
  const halves = found.filter(
    (name) => isUnfinished(name, 'manifest.json') || isUnfinished(name, 'config.json'),
  );
  let templateClock = localTime(new Date());
  const exists = found.some((name) => name !== 'manifest.json' && !halves.includes(name));
  if (exists && !resume) {
    throw new InputError(
      `${command}: ${out} exists; nothing is overwritten. Choose another --out, or --resume to go on with it`,
    );
  }
  if (exists) {
    if (!existsSync(configPath))
      throw new InputError(`${command}: ${out} holds no run to resume (config.json is missing)`);
    refuseDifferences(command, 'config', readJson(configPath), config);
    const before = readJson<{ inputs: Record<string, string>; templateClock?: string }>(manifestPath);
    refuseDifferences(command, 'input', before.inputs, inputs);
    templateClock = before.templateClock ?? templateClock;
  } else {
    mkdirSync(out, { recursive: true });
    for (const name of halves) unlinkSync(join(out, name));
    writeJson(manifestPath, {
      command,
      inputs,
      engine,
      templateClock,
      versions: versions(),
      complete: false,
    });
    writeJson(configPath, config);
  }
  const clockBefore = setTemplateClock(templateClock);
  const started = performance.now();
  return {
    path: out,
    resumed: exists,
    ...(options.isDry === true && { isDry: true }),
    lastStep: () => newestCheckpoint(out),
    file: (name) => join(out, name),
    withdraw: () => {
      setTemplateClock(clockBefore);
      const opened = [configPath, manifestPath];
      if (exists || readdirSync(out).length > opened.length) return;
      for (const path of opened) unlinkSync(path);
      rmdirSync(out);
    },
    finish: (results = {}) => {
      setTemplateClock(clockBefore);
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      writeJson(manifestPath, {
        command,
        inputs,
        engine,
        templateClock,
        versions: versions(),
        complete: true,
        seconds,
        finishedAt: new Date().toISOString(),
        ...results,
      });
    },
  };
}

async function hashInputs(paths: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const path of paths) {
    for (const file of matchedFiles(path) ?? filesOf(path)) hashes[file] = await sha256File(file);
  }
  return hashes;
}

/** A file itself, or the files of a folder with its templates; of an adapter, its base's too. */
function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) throw notThere(path);
  if (!statSync(path).isDirectory()) return [path];
  const base = isAdapterDirectory(path) ? filesOf(openAdapter(path).base) : [];
  return [...filesIn(path), ...filesIn(join(path, templateFolder)), ...base];
}

/** The files of a folder itself; none where it is not there. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

/** Refuses to go on with what was begun otherwise. @throws {InputError} that names the first key that differs. */
export function refuseDifferences(
  command: string,
  what: string,
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): void {
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  for (const key of keys) {
    if (freeKeys.has(key) || JSON.stringify(before[key]) === JSON.stringify(now[key])) continue;
    throw new InputError(
      `${command}: cannot resume: ${what} '${key}' was ${JSON.stringify(before[key])}, now ${JSON.stringify(now[key])}`,
    );
  }
}
