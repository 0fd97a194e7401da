import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useEngine } from '../../lib/backend';
import { saveModel } from '../../lib/model/directory';
import { stepAccount } from '../../lib/train/dry-run';
import { tinyModel } from '../evaluation/tiny-models';
import { runMain } from '../support/cli';
import { usualEngine } from '../support/engines';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-dry-test-'));
const temporary = join(folder, 'tmp');
const at = (name: string): string => join(folder, name);
const model = tinyModel(1);
const parameters = (): number => Object.values(model.params).reduce((sum, { size }) => sum + size, 0);
beforeAll(async () => {
  await useEngine('cpu');
  saveModel(at('base'), model);
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const rows = ['hello', 'how are you', 'there', 'you'].map((prompt) => ({ prompt, response: 'hello there', chosen: 'hello there', rejected: 'you' })); // prettier-ignore
  const write = (name: string, keys: readonly string[]) =>
    writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row, [...keys])}\n`).join(''));
  write('prompts.jsonl', ['prompt']);
  write('pairs.jsonl', ['prompt', 'chosen', 'rejected']);
  write('demonstrations.jsonl', ['prompt', 'response']);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const dryRun = (line: string) => runMain(`${line} --model @base --engine cpu --dry-run`.replace(/@/g, `${folder}/`).split(' ')); // prettier-ignore

describe('--dry-run', () => {
  it.each([
    ['sft', '--demonstrations @demonstrations.jsonl'],
    ['reward', '--pairs @pairs.jsonl --max-steps 50'],
    ['dpo', '--pairs @pairs.jsonl'],
    ['ppo', '--prompts @prompts.jsonl --reward vader --rollout-batch-size 2 --max-new-tokens 4'],
    ['grpo', '--prompts @prompts.jsonl --reward vader --generation-batch-size 8 --max-new-tokens 4'],
    ['rloo', '--prompts @prompts.jsonl --reward vader --generation-batch-size 4 --max-new-tokens 4'],
  ])('of %s counts what is trained, writes no folder and leaves none', async (name, flags) => {
    const { code, result, stderr } = await dryRun(`${name} ${flags} --out @${name}`);
    expect(code, stderr).toBe(0);
    // PPO has a value head, a reward model a score head.
    const all = parameters() + ({ ppo: 17, reward: 16 }[name] ?? 0);
    expect(result).toMatchObject({
      command: name,
      engine: 'cpu',
      parameters: { total: all, trainable: all },
    });
    expect(result['bytes']).toEqual({ weights: 4 * all, gradients: 4 * all, moments: 8 * all });
    const { read, padded } = result['tokensPerStep'] as { read: number; padded: number };
    expect(read).toBeGreaterThan(0);
    expect(padded).toBeGreaterThanOrEqual(read);
    expect(existsSync(at(name))).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('of an adapter counts gradients and moments of the adapter alone', async () => {
    const { result } = await dryRun('dpo --pairs @pairs.jsonl --lora-rank 2 --lora-targets q_proj');
    // A [2, 16] and B [16, 2] in one layer.
    expect(result['parameters']).toEqual({ total: parameters() + 64, trainable: 64 });
    expect(result['bytes']).toMatchObject({ gradients: 4 * 64, moments: 8 * 64 });
  });

  it('is no flag of a stage that does not train', async () => {
    const { code, stderr } = await runMain(['filter', '--pairs', at('pairs.jsonl'), '--dry-run']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("unknown flag '--dry-run'")]);
  });
});

describe('stepAccount', () => {
  it('counts the tokens of all batches of a step, and tells what the compiler says of an engine that compiles', async () => {
    await useEngine(usualEngine);
    const rows = (mask: number[][]) => ({
      sequences: { tokens: tf.zeros([mask.length, 3], 'int32'), mask: tf.tensor2d(mask) },
      // No token row: it has no tokens beside it.
      mask: tf.ones([2, 3]),
    });
    const updates = [[rows([[1, 1, 0], [1, 0, 0]]), rows([[1, 1, 1]])], [rows([[0, 1, 1]])]]; // prettier-ignore
    const account = stepAccount({ w: tf.ones([3, 4]) }, { f: tf.ones([5]) }, updates, () => tf.scalar(0));
    expect(account).toMatchObject({
      parameters: { total: 17, trainable: 12 },
      tokensPerStep: { read: 8, padded: 12 },
      bytes: { weights: 68, gradients: 48, moments: 96 },
    });
    expect(account.bytes.temporary === undefined).toBe(usualEngine !== 'xla');
  });
});
