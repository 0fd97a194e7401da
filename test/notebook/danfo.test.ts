import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadDanfo, setupDanfo } from '../../lib/notebook/danfo';

const built = join(__dirname, '..', '..', 'dist', 'lib', 'notebook', 'danfo.js');

/** Runs code in a process that finds danfojs-node only below `place`, with `loadDanfo` and `setupDanfo` of the built kit. */
function runWithout(
  place: string,
  code: string,
  env: NodeJS.ProcessEnv,
): { status: number | null; out: string } {
  const program = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (name, parent, main, options) {
      if (name === 'danfojs-node') {
        const paths = (options?.paths ?? []).filter((path) => path.startsWith(${JSON.stringify(place)}));
        return resolve.call(this, name, parent, main, { paths });
      }
      return resolve.apply(this, arguments);
    };
    const { loadDanfo, setupDanfo } = require(${JSON.stringify(built)});
    (async () => { ${code} })().catch((error) => { console.log(error.name + ': ' + error.message); process.exit(3); });`;
  const { status, stdout } = spawnSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, out: stdout };
}

describe('danfojs-node', () => {
  let cache = '';
  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'rlhf-kit-danfo-'))));
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true });
  });

  it('is the installed one, on the tfjs of this process', () => {
    const { tensorflow } = loadDanfo() as unknown as { tensorflow: typeof tf };
    expect(tensorflow.tensor).toBe(tf.tensor);
  });

  it('that is installed is not installed again', async () => {
    vi.stubEnv('RLHF_KIT_CACHE', cache);
    expect((await setupDanfo(() => {})).changed).toBe(false);
    expect(existsSync(join(cache, 'danfo'))).toBe(false);
  });

  it('says by which command it comes, where there is none', () => {
    const { status, out } = runWithout(cache, 'loadDanfo();', { RLHF_KIT_CACHE: cache });
    expect(status).toBe(3);
    expect(out).toBe('InputError: danfojs-node is not installed; run: npx rlhf-kit setup danfo\n');
  });

  it('is installed by npm with the overrides that it needs, and shares tfjs from there', () => {
    // Stands for npm: it installs a package that shows what it was given.
    const bin = join(cache, 'bin');
    mkdirSync(bin);
    const npm = `#!${process.execPath}
      const { cpSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
      if (process.argv[2] === '--version') process.exit(0);
      const place = process.argv[process.argv.indexOf('--prefix') + 1];
      const { dependencies, overrides } = JSON.parse(readFileSync(place + '/package.json', 'utf8'));
      if (overrides['danfojs-node'].xlsx === undefined || dependencies['danfojs-node'] !== '1.2.0') process.exit(1);
      mkdirSync(place + '/node_modules/danfojs-node', { recursive: true });
      cpSync(place + '/tfjs-node', place + '/node_modules/@tensorflow/tfjs-node', { recursive: true });
      writeFileSync(place + '/node_modules/danfojs-node/index.js', "exports.tf = require('@tensorflow/tfjs-node');");`;
    writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 });
    const code = `
      const { changed } = await setupDanfo(() => {});
      console.log(changed, loadDanfo().tf.tensor === require('@tensorflow/tfjs').tensor, (await setupDanfo(() => {})).changed);`;
    const { out } = runWithout(cache, code, { RLHF_KIT_CACHE: cache, PATH: bin });
    expect(out).toBe('true true false\n');
  });

  it('cannot be set up without npm, in one sentence', () => {
    const { status, out } = runWithout(cache, 'await setupDanfo(() => {});', {
      RLHF_KIT_CACHE: cache,
      PATH: cache,
    });
    expect(status).toBe(3);
    expect(out).toMatch(
      /^BackendUnavailableError: setup needs npm \(it downloads danfojs-node\); none can be run\n$/,
    );
  });
});
