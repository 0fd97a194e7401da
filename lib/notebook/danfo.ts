/**
 * danfojs-node: the one that the project has installed, else the one that `rlhf-kit setup danfo` put into the kit's cache.
 *
 * npm cannot install danfojs-node 1.2.0 as it is published everywhere: it asks for an `xlsx` outside of the npm registry, and for a
 * native build of an old tfjs. Overrides mend both, and npm takes them from a project of its own only, which the setup makes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  BackendUnavailableError,
  buildInPlace,
  cacheDirectory,
  findProgram,
  runProgram,
  withFileErrors,
  type SetupResult,
} from '../backend';
import { InputError } from '../errors';
import { writeJson } from '../files';

/* eslint-disable @typescript-eslint/ban-ts-comment, @typescript-eslint/consistent-type-imports -- for the types of the package: those who install it may have no danfojs-node */
/** @ts-ignore: where danfojs-node is not installed, this is any */
type Danfo = typeof import('danfojs-node');
/** @ts-ignore: where danfojs-node is not installed, this is any */
export type DataFrame = import('danfojs-node').DataFrame;
/** @ts-ignore: where danfojs-node is not installed, this is any */
export type Series = import('danfojs-node').Series;
/* eslint-enable @typescript-eslint/ban-ts-comment, @typescript-eslint/consistent-type-imports */

const version = '1.2.0';
const downloadSize = '8 MB';
const diskSize = '50 MB';

/** Where danfo finds this process's tfjs: with another copy it would compute on another engine. */
const sharedTfjs = Symbol.for('rlhf-kit.tfjs');

/** What npm is to install, with tfjs taken from the process that loads danfo. */
const project = {
  private: true,
  dependencies: { '@tensorflow/tfjs-node': 'file:tfjs-node', 'danfojs-node': version },
  overrides: { 'danfojs-node': { '@tensorflow/tfjs-node': '$@tensorflow/tfjs-node', xlsx: '0.18.5' } },
};
const tfjsPackage = { name: '@tensorflow/tfjs-node', version: tf.version.tfjs, main: 'index.js' };
const tfjsProgram = `module.exports = globalThis[Symbol.for('${sharedTfjs.description}')];\n`;

/** @throws {InputError} when there is none. */
export function loadDanfo(): Danfo {
  (globalThis as Record<symbol, unknown>)[sharedTfjs] = tf;
  const file = danfoFile();
  if (file === undefined)
    throw new InputError('danfojs-node is not installed; run: npx rlhf-kit setup danfo');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- it takes a second to load, and few need it
  return require(file) as Danfo;
}

/**
 * Installs danfojs-node into the kit's cache, unless there is one.
 *
 * @throws {BackendUnavailableError} without npm; when the download fails; when the disk is full.
 */
export async function setupDanfo(say: (line: string) => void): Promise<SetupResult> {
  return withFileErrors('setup danfo', async () => {
    const file = danfoFile();
    if (file !== undefined) return { changed: false, directory: dirname(file) };
    const npm = findProgram(['npm'], 'it downloads danfojs-node');
    const directory = cachedDanfo();
    say(
      `installing danfojs-node ${version} and what it needs from the npm registry: ${downloadSize} to download, ${diskSize} on disk in ${directory}; once`,
    );
    await buildInPlace(directory, (unfinished) => install(npm, unfinished));
    if (danfoFile() === undefined)
      throw new BackendUnavailableError('npm ended well but installed no danfojs-node');
    say('danfojs-node is set up');
    return { changed: true, directory };
  });
}

async function install(npm: string, directory: string): Promise<void> {
  writeJson(join(directory, 'package.json'), project);
  mkdirSync(join(directory, 'tfjs-node'));
  writeJson(join(directory, 'tfjs-node', 'package.json'), tfjsPackage);
  writeFileSync(join(directory, 'tfjs-node', 'index.js'), tfjsProgram);
  await runProgram(
    npm,
    // Nothing of it has to be compiled.
    ['install', '--prefix', directory, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'],
    'installing danfojs-node',
  );
}

function cachedDanfo(): string {
  return join(cacheDirectory(), 'danfo', version);
}

/** Its main file, as Node finds it from this folder, from the kit's own, and from the cache; undefined where it is in none. */
function danfoFile(): string | undefined {
  try {
    return require.resolve('danfojs-node', { paths: [process.cwd(), __dirname, cachedDanfo()] });
  } catch {
    return undefined;
  }
}
