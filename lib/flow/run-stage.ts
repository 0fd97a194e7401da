/** One stage of a flow, run into a folder: its inputs are opened, its outputs written, its manifest finished. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors';
import { readJson } from '../files';
import { withinStage } from '../train/progress';
import { openRunDirectory } from '../train/run-directory';
import type { FlowNode } from './flow';
import { isHandle, openAll, type Source } from './input';
import type { StageResults, ValuesOf } from './stage';

/** The manifest of a finished stage. */
export interface StageManifest extends StageResults {
  readonly complete: boolean;
  readonly seconds: number;
  /** ISO 8601. */
  readonly finishedAt: string;
}

export interface StagePlace {
  /** Who runs it, for messages and the manifest, e.g. `ppo` or `pipeline/ppo`. */
  readonly command: string;
  readonly folder: string;
  /** Folder of a stage that it reads from. */
  folderOf(node: FlowNode): string;
  readonly engine: string;
  /** Go on with what is in the folder instead of refusing it. */
  readonly resume: boolean;
  /** Whether training ends after its first step. */
  readonly isDry?: boolean;
  /** What the run's `config.json` holds; the configuration with the settings of the inputs when absent. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Runs a stage; a folder in which nothing is but a refusal of its input is taken away again.
 *
 * @returns the manifest.
 * @throws {InputError} when the folder was begun with another configuration or other inputs.
 */
export function runStage(node: FlowNode, place: StagePlace): Promise<StageManifest> {
  return withinStage(node.label, () => runInto(node, place));
}

async function runInto(
  node: FlowNode,
  { command, folder, folderOf, engine, resume, isDry = false, config }: StagePlace,
): Promise<StageManifest> {
  const { stage, inputs } = node;
  const pathOf = (source: Source): string =>
    isHandle(source) ? join(folderOf(source.node), source.file) : source.path;
  const paths = Object.values(inputs).flatMap(({ sources }) => sources.map(pathOf));
  const run = await openRunDirectory({
    command,
    out: folder,
    resume,
    config: config ?? { ...node.config, ...settingsOf(node) },
    inputs: [...new Set(paths)],
    engine,
    isDry,
  });
  try {
    const opened = await openAll(inputs, paths, run);
    try {
      const results = await stage.run(opened.value as ValuesOf<typeof stage.inputs>, node.config, run);
      run.finish({ ...opened.results, ...results });
    } finally {
      opened.close();
    }
  } catch (error) {
    if (error instanceof InputError) run.withdraw();
    throw error;
  }
  return readJson<StageManifest>(run.file('manifest.json'));
}

function settingsOf({ inputs }: FlowNode): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { settings }]) =>
      settings === undefined ? [] : [[name, settings]],
    ),
  );
}

/** The manifest in a folder, if the stage in it is complete. */
export function completeManifest(folder: string): StageManifest | undefined {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return undefined;
  const manifest = readJson<StageManifest>(path);
  return manifest.complete ? manifest : undefined;
}
