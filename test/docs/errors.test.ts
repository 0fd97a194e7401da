/** docs/errors.md: every message that it quotes is the one that the kit gives. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useEngine } from '../../lib/backend';
import { main } from '../../lib/cli/main';
import { readJson, readText, writeJson, writeJsonLines } from '../../lib/files';
import { parseConfig } from '../../lib/config';
import { readSafetensors, writeSafetensors } from '../../lib/model/weights';
import { sftFields } from '../../lib/sft/config';
import { blocksOf, project } from '../support/pages';
import { saveTinyModel } from '../support/tiny-model';

const blocks = blocksOf('docs/errors.md', 'text').map((block) => block.trim().split('\n'));
const ofCommands = blocks.flatMap(([first = '', message = '']) =>
  first.startsWith('$ npx rlhf-kit ') ? [{ command: first.slice('$ npx rlhf-kit '.length), message }] : [],
);
const ofOthers = blocks.flatMap(([message = '']) => (message.startsWith('$') ? [] : [message]));

/** Where messages are written that need a full disk, a GPU's plugin and the like: their constant parts, in order. */
const written: Readonly<Record<string, readonly string[]>> = {
  'lib/files.ts': ['cannot write ', 'the disk is full'],
  'bin/rlhf-kit.js': ['rlhf-kit: this checkout is not built yet; run: npm run build'],
  'lib/backend/tensorflow.ts': [
    'the tensorflow engine is not set up (',
    '); run: npx rlhf-kit setup tensorflow',
  ],
  'lib/backend/xla/engine.ts': [
    'the xla engine finds no device: ',
    '; its plugin is ',
    ', npx rlhf-kit setup xla takes the one for processors',
  ],
  'lib/backend/setup/programs.ts': ['setup needs ', '; none can be run', 'with pip, which downloads '],
  'lib/notebook/danfo.ts': ['danfojs-node is not installed; run: npx rlhf-kit setup danfo'],
};

const home = process.cwd();
let folder: string;
/** What a run says that diverges; it is then the one that page wants to resume with other settings. */
let diverged: string;

const lfsPointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a2146'.repeat(8)}\nsize 12345\n`;

function edit(path: string, changes: Readonly<Record<string, unknown>>): void {
  writeJson(path, { ...readJson<object>(path), ...changes });
}

/** Gives a model a further tensor: one of its own, times a factor. */
function repeatTensor(directory: string, name: string, as: string, factor = 1): void {
  const path = join(directory, 'model.safetensors');
  const tensors = readSafetensors(path);
  writeSafetensors(path, { ...tensors, [as]: tf.mul(tensors[name] as tf.Tensor, factor) });
}

/** The sentence that a command ends with. */
async function said(command: string): Promise<string> {
  let output = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => (output += String(text)) !== '');
  const listeners = process.listeners('SIGINT');
  try {
    await main(command.split(' '));
    expect(process.exitCode, output).toBe(2);
  } finally {
    spy.mockRestore();
    process.exitCode = undefined;
    for (const listener of process.listeners('SIGINT'))
      if (!listeners.includes(listener)) process.off('SIGINT', listener);
  }
  return output.trimEnd().split('\n').at(-1) as string;
}

/** A quoted message, with any text where the page has `…`. */
function pattern(message: string): RegExp {
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${message.split('…').map(escape).join('.*')}$`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-errors-'));
  process.chdir(folder);
  vi.stubEnv('RLHF_KIT_ENGINE', 'cpu');
  vi.stubEnv('RLHF_KIT_CACHE', join(folder, 'cache'));
  vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', '');
  await useEngine('cpu');
  const pair = { prompt: 'What is two and two?', chosen: 'Four.', rejected: 'Five, I think.' };
  saveTinyModel('model', Object.values(pair));
  for (const copy of ['bloom', 'deeper', 'untied', 'clone', 'endless'])
    cpSync('model', copy, { recursive: true });
  edit('model/config.json', { max_position_embeddings: 64 });
  edit('bloom/config.json', { model_type: 'bloom' });
  repeatTensor('deeper', 'model.layers.1.mlp.up_proj.weight', 'model.layers.2.mlp.up_proj.weight');
  repeatTensor('untied', 'model.embed_tokens.weight', 'lm_head.weight', 0.5);
  edit('endless/tokenizer_config.json', { eos_token: undefined });
  writeFileSync('clone/model.safetensors', lfsPointer);
  writeJson('reward.json', { lerningRate: 1e-4 });
  mkdirSync('runs/dpo', { recursive: true });
  writeFileSync('runs/dpo/notes.txt', 'mine');
  for (const [name, rows] of Object.entries({
    prompts: [{ prompt: pair.prompt }],
    pairs: [pair],
    answers: [{ question: pair.prompt, good: pair.chosen, bad: pair.rejected }],
    rated: [{ ...pair, rating: 7 }],
    empty: [{ ...pair, chosen: '' }],
    same: [pair, { ...pair, rejected: pair.chosen }],
    turns: [{ ...pair, prompt: [{ role: 'assistant', content: 'Hello.' }] }],
    nothing: [],
    rows: Array(8).fill({ prompt: pair.prompt, response: 'Four. '.repeat(30) }),
    short: Array(8).fill({ prompt: 'a', response: 'b' }),
  }))
    writeJsonLines(`${name}.jsonl`, rows);
  writeFileSync('broken.jsonl', `${JSON.stringify(pair)}\n{"prompt": "What is`);
  diverged = await said(
    'sft --model model --demonstrations short.jsonl --max-steps 10 --out runs/sft --learning-rate 1e30 --save-steps 1',
  );
  edit('runs/sft/config.json', { learningRate: parseConfig('sft', sftFields, {}).learningRate });
});

afterAll(() => {
  vi.unstubAllEnvs();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

it('has twenty messages or more, each once', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(20);
  expect(new Set(blocks.map((lines) => lines.join('\n'))).size).toBe(blocks.length);
});

it.each(ofCommands)('$command', async ({ command, message }) => {
  expect(await said(command)).toMatch(pattern(message));
});

describe('messages without a command', () => {
  it('one is of a run that diverges', () => {
    expect(ofOthers.filter((message) => pattern(message).test(diverged))).toHaveLength(1);
  });

  it.each(Object.entries(written))('one is written in %s', (file, parts) => {
    const source = readText(join(project, file));
    for (const part of parts) expect(source).toContain(part);
    expect(ofOthers.filter((message) => parts.every((part) => message.includes(part)))).toHaveLength(1);
  });

  it('are no others', () => {
    expect(ofOthers).toHaveLength(1 + Object.keys(written).length);
  });
});
