/** What goes wrong on a machine: killed processes, two at once, full disks, damaged files, no memory, numbers that are none. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../../lib/backend';
import { PjrtError } from '../../../lib/backend/xla/pjrt/error';
import { train, type LoopConfig, type Trainer } from '../../../lib/train/loop';
import { openRunDirectory } from '../../../lib/train/run-directory';
import { canCompile, compilePlugin } from '../../support/fake-plugin';
import { mountable, onSmallDisk } from '../../support/small-disk';
import { pluginPath } from './pjrt/plugin-path';

const root = join(__dirname, '../../..');
let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-safety-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A process with a cache of its own that compiles a step large enough to be kept, runs it and prints what it got. */
const child = `
  const tf = require('@tensorflow/tfjs');
  const { compilations, jit, useEngine } = require('${root}/dist/lib/backend');
  void (async () => {
    await useEngine('xla');
    const layers = (x) => {
      let y = x;
      for (let i = 0; i < 12; i++) y = tf.softmax(tf.matMul(tf.tanh(y), y));
      return tf.sum(tf.square(y));
    };
    const step = jit((x) => tf.grad(layers)(x));
    const x = tf.tensor2d(Array.from({ length: 64 }, (_, i) => Math.sin(i)), [8, 8]);
    const before = compilations();
    console.error('compiling');
    const gradient = Array.from(step(x).dataSync());
    const { fromDisk } = compilations();
    console.log(JSON.stringify({ gradient, fromDisk: fromDisk - before.fromDisk }));
  })();
`;
interface Answer {
  readonly gradient: readonly number[];
  readonly fromDisk: number;
}
const environment = (cache: string) => ({
  ...process.env,
  RLHF_KIT_CACHE: cache,
  RLHF_KIT_PJRT_PLUGIN: pluginPath,
});

function run(cache: string, before = ''): { answer: Answer; stderr: string } {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', before + child], {
    cwd: root,
    encoding: 'utf8',
    env: environment(cache),
  });
  expect([status, signal, stderr.replaceAll('compiling\n', '').trim().split('\n').slice(2)]).toEqual([
    0,
    null,
    [],
  ]);
  return { answer: JSON.parse(stdout) as Answer, stderr };
}
const programs = (cache: string): string => join(cache, 'xla', 'programs');
const kept = (cache: string): string[] =>
  existsSync(programs(cache)) ? readdirSync(programs(cache)).sort() : [];

describe.skipIf(pluginPath === undefined)('the cache of programs (needs the plugin of setup xla)', () => {
  it('holds one good entry when two processes compile the same program at once', async () => {
    const answers = await Promise.all(
      [1, 2].map(async () => {
        const process_ = spawn(process.execPath, ['-e', child], { cwd: root, env: environment(folder), stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
        let text = '';
        process_.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
        const [code] = (await once(process_, 'close')) as [number];
        expect(code).toBe(0);
        return JSON.parse(text) as Answer;
      }),
    );
    expect(answers[0]?.gradient).toEqual(answers[1]?.gradient);
    expect(kept(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.bin$/)]);
    const { answer } = run(folder);
    expect(answer).toEqual({ gradient: answers[0]?.gradient, fromDisk: 1 });
  });

  it('holds nothing of a process that is killed while it compiles', async () => {
    const process_ = spawn(process.execPath, ['-e', child], { cwd: root, env: environment(folder), stdio: ['ignore', 'ignore', 'pipe'] }); // prettier-ignore
    await once(process_.stderr, 'data');
    process_.kill('SIGKILL');
    await once(process_, 'close');
    expect(kept(folder)).toEqual([]);
    expect(run(folder).answer.fromDisk).toBe(0);
    expect(run(folder).answer.fromDisk).toBe(1);
  });

  it.each(['writeSync', 'renameSync'])(
    'takes nothing that a process left which was killed in its %s',
    (call) => {
      // The first half of an entry is written, or all of it under the temporary name.
      const kill = `
      const fs = require('node:fs');
      const real = fs.${call};
      fs.${call} = (target, bytes, ...rest) => {
        if (typeof target === 'number' && bytes.length > 1000) real(target, bytes.subarray(0, bytes.length / 2));
        if (typeof target === 'string' || bytes.length > 1000) process.kill(process.pid, 'SIGKILL');
        return real(target, bytes, ...rest);
      };`;
      const { signal } = spawnSync(process.execPath, ['-e', kill + child], { cwd: root, env: environment(folder) }); // prettier-ignore
      expect(signal).toBe('SIGKILL');
      expect(kept(folder)).toEqual([expect.stringMatching(/\.bin\.[0-9a-f]{8}\.tmp$/)]);
      expect(run(folder).answer.fromDisk).toBe(0);
      expect(kept(folder)).toHaveLength(2);
      expect(run(folder).answer.fromDisk).toBe(1);
    },
  );

  it.skipIf(!mountable())('is done without on a full disk, which is said once, and nothing half is left (needs root and tmpfs)', () => {
    onSmallDisk(folder, '8k', () => {
      const { answer, stderr } = run(folder);
      expect([answer.fromDisk, kept(folder)]).toEqual([0, []]);
      expect(stderr.match(/RlhfKitWarning: xla: compiled programs are not kept, .* the disk is full/g)).toHaveLength(1);
    });
  }); // prettier-ignore

  it('is done without where it cannot be written, which is said once', () => {
    writeFileSync(join(folder, 'file'), '');
    const { answer, stderr } = run(join(folder, 'file'));
    expect(answer.fromDisk).toBe(0);
    expect(stderr.match(/RlhfKitWarning/g)).toHaveLength(1);
    expect(stderr).toMatch(/compiled programs are not kept, the next process compiles them again: ENOTDIR/);
  });

  it('compiles a damaged entry anew and puts it right', () => {
    const { gradient } = run(folder).answer;
    const path = join(programs(folder), kept(folder)[0] as string);
    const whole = readFileSync(path);
    for (const damaged of [whole.subarray(0, 100), Buffer.alloc(0), Buffer.from(whole).fill(7, 200, 300)]) {
      writeFileSync(path, damaged);
      expect(run(folder).answer).toEqual({ gradient, fromDisk: 0 });
      expect(readFileSync(path).length).toBeGreaterThan(1000);
      expect(run(folder).answer).toEqual({ gradient, fromDisk: 1 });
    }
  });
});

describe('a plugin that cannot be used', () => {
  const pipeline = (plugin: string) =>
    spawnSync(process.execPath, [join(root, 'bin/rlhf-kit.js'), 'pipeline', '--preset', 'smoke', '--engine', 'xla', '--out', join(folder, 'run')], {
      encoding: 'utf8',
      env: { ...process.env, RLHF_KIT_PJRT_PLUGIN: plugin },
    }); // prettier-ignore

  it('ends a command with one sentence and exit code 2, before a run begins', () => {
    writeFileSync(join(folder, 'text.so'), 'no library');
    for (const [file, sentence] of [
      ['missing.so', /^.*RLHF_KIT_PJRT_PLUGIN names .*missing\.so, which is not there$/],
      ['text.so', /^.*text\.so is no PJRT plugin: .*$/],
    ] as const) {
      const { status, signal, stderr } = pipeline(join(folder, file));
      expect([status, signal]).toEqual([2, null]);
      expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(sentence)]);
      expect(existsSync(join(folder, 'run'))).toBe(false);
    }
  });

  it.skipIf(!canCompile)('that is too old, or has no device, too (needs a C compiler)', () => {
    compilePlugin(join(folder, 'old.so'), { TABLE_SIZE: 400, MINOR: 40 });
    compilePlugin(join(folder, 'none.so'), { CUDA_VERSION: 13000 });
    for (const [file, sentence] of [
      ['old.so', /^.*old\.so is too old: .*$/],
      ['none.so', /^.*the xla engine finds no device: INVALID_ARGUMENT: .*; its plugin is .*none\.so, npx rlhf-kit setup xla takes the one for processors$/],
    ] as const) {
      const { status, signal, stderr } = pipeline(join(folder, file));
      expect([status, signal]).toEqual([2, null]);
      expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(sentence)]);
      expect(existsSync(join(folder, 'run'))).toBe(false);
    }
  }); // prettier-ignore
});

describe.skipIf(pluginPath === undefined)('steps on a device (need the plugin of setup xla)', () => {
  it('that need more memory than there is fail with RESOURCE_EXHAUSTED, and the engine goes on', async () => {
    await useEngine('xla');
    // A product of 2^48 bytes: no process has such addresses.
    const large = 2 ** 23;
    const step = jit((x: tf.Tensor1D) => {
      const [column, row] = [tf.reshape(x, [large, 1]), tf.reshape(x, [1, large])];
      return tf.sum(tf.tanh(tf.matMul(tf.matMul(column, row), tf.matMul(column, row))));
    });
    const x = tf.ones([large]) as tf.Tensor1D;
    let thrown: unknown;
    try {
      step(x).dataSync();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PjrtError);
    expect((thrown as PjrtError).code).toBe('RESOURCE_EXHAUSTED');
    expect(Array.from(jit((y: tf.Tensor) => tf.mul(y, 2))(tf.tensor1d([1, 2])).dataSync())).toEqual([2, 4]);
    expect(tf.sum(x).dataSync()[0]).toBe(large);
    x.dispose();
  });

  it('that become NaN end the run with a sentence that names metric and step, and the engine goes on', async () => {
    await useEngine('xla');
    const run = await openRunDirectory({ command: 'test', out: join(folder, 'run'), resume: false, config: {}, inputs: [], engine: 'xla' });
    const trainer: Trainer<{ x: tf.Scalar }> = {
      name: 'logarithm',
      totalSteps: 5,
      updatesPerStep: 1,
      initialState: {},
      loss: ({ w }, { x }) => ({ loss: tf.log(tf.mul(w as tf.Tensor, x)) as tf.Scalar, metrics: {} }),
      batches: (step) => Promise.resolve({ updates: [[{ x: tf.scalar(step === 3 ? -1 : 1) }]] }),
    };
    const config: LoopConfig = { learningRate: 0.01, lrSchedulerType: 'linear', warmupSteps: 0, weightDecay: 0, adamBeta1: 0.9, adamBeta2: 0.999, adamEpsilon: 1e-8, maxGradNorm: 1,
      bf16: false, loggingSteps: 1, saveSteps: 1 };
    const training = train(trainer, { w: tf.scalar(1) }, config, run);
    await expect(training).rejects.toThrow(/^logarithm: loss became NaN at step 3; earlier checkpoints are kept/);
    expect(readdirSync(join(folder, 'run'))).toContain('checkpoint-2');
    expect(tf.add(tf.scalar(1), 1).dataSync()[0]).toBe(2);
  }); // prettier-ignore
});
