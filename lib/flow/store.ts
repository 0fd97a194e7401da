/** Where the stages of a flow leave their results: in the folder of one run, or kept for all runs by what decides them. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readJson } from '../files';
import { shortHash } from './code-keys';
import type { FlowNode } from './flow';
import { completeManifest, runStage, type StageManifest } from './run-stage';

/** Plain JSON, for other processes. */
export interface StorePlace {
  /** `run`: a stage's folder has its label. `keyed`: label and a hash of what decides its results; shared by all flows. */
  readonly kind: 'run' | 'keyed';
  readonly root: string;
  readonly engine: string;
}

export interface Store {
  readonly place: StorePlace;
  folder(node: FlowNode): string;
  isDone(node: FlowNode): boolean;
  /** Of a stage that is done. */
  manifest(node: FlowNode): StageManifest;
  /** Runs a stage, unless it is done; those that it reads from must be. */
  run(node: FlowNode): Promise<StageManifest>;
}

export function openStore(place: StorePlace): Store {
  return place.kind === 'run' ? runFolder(place) : keyedFolders(place);
}

/** A stage that is complete is left alone, one that is not goes on from its checkpoint. */
function runFolder(place: StorePlace): Store {
  const { root, engine } = place;
  const folder = ({ label }: FlowNode): string => join(root, label);
  return {
    place,
    folder,
    isDone: (node) => completeManifest(folder(node)) !== undefined,
    manifest: (node) => readJson<StageManifest>(join(folder(node), 'manifest.json')),
    run: async (node) =>
      completeManifest(folder(node)) ??
      runStage(node, {
        command: `pipeline/${node.label}`,
        folder: folder(node),
        folderOf: folder,
        engine,
        // A kill may have come between making the folder and writing the configuration.
        resume: existsSync(join(folder(node), 'config.json')),
      }),
  };
}

/** Made aside and moved into place when complete: a folder of such a name is always whole, whoever else makes it meanwhile. */
function keyedFolders(place: StorePlace): Store {
  const { root, engine } = place;
  const folder = (node: FlowNode): string =>
    join(root, `${node.label}-${shortHash(engine, node.key()).slice(0, 10)}`);
  const manifest = (node: FlowNode): StageManifest =>
    readJson<StageManifest>(join(folder(node), 'manifest.json'));
  return {
    place,
    folder,
    isDone: (node) => existsSync(folder(node)),
    manifest,
    run: async (node) => {
      const kept = folder(node);
      if (existsSync(kept)) return manifest(node);
      clearAbandoned(kept);
      const aside = `${kept}.${process.pid}`;
      mkdirSync(root, { recursive: true });
      await runStage(node, {
        command: `pipeline/${node.label}`,
        folder: aside,
        folderOf: folder,
        engine,
        resume: existsSync(join(aside, 'config.json')),
      });
      if (existsSync(kept)) rmSync(aside, { recursive: true });
      else renameSync(aside, kept);
      return manifest(node);
    },
  };
}

/** Halves that this process left when it was stopped, or that processes left which are gone. */
function clearAbandoned(folder: string): void {
  const [parent, name] = [dirname(folder), basename(folder)];
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
