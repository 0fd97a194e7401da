import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { parseCommandLine } from '../../../lib/cli/command';
import { dpoCommand } from '../../../lib/cli/commands/dpo';
import { readJson, readJsonLines } from '../../../lib/files';
import { loadModel, saveModel } from '../../../lib/model/directory';
import type { PolicySample } from '../../../lib/policy/samples';
import type { PreferencePair } from '../../../lib/types';
import { tinyModel } from '../../evaluation/tiny-models';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-dpo-'));
const path = (name: string): string => join(folder, name);
const write = (name: string, rows: readonly object[]): void =>
  writeFileSync(path(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** Runs the command on the tiny model with few, short responses. */
function dpo(line: string): Promise<unknown> {
  const short = '--max-steps 2 --batch-size 3 --max-prompt-tokens 16 --max-response-tokens 8 --engine cpu';
  const words = `--model ${path('policy')} ${short} ${line}`.split(' ');
  return dpoCommand.run(parseCommandLine(dpoCommand, words));
}

beforeAll(async () => {
  await useEngine('cpu');
  const model = tinyModel(1);
  saveModel(path('policy'), model);
  const head = tf.tensor2d([Array.from({ length: 16 }, (_, i) => i - 8)]);
  saveModel(path('reward'), { ...model, params: { ...model.params, 'score.weight': head } });
  const prompts = ['hello', 'how are you', 'there', 'you'].map((prompt) => ({ prompt }));
  write('prompts.jsonl', prompts);
  write(
    'pairs.jsonl',
    prompts.flatMap(({ prompt }) => [
      { prompt, chosen: 'hello there', rejected: 'you' },
      { prompt, chosen: 'how are you', rejected: 'are' },
    ]),
  );
  write(
    'demonstrations.jsonl',
    prompts.map(({ prompt }) => ({ prompt, response: 'hello' })),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rlhf-kit dpo', () => {
  it('trains on a file of pairs and writes a model directory without other heads', async () => {
    const out = path('from-pairs');
    const result = await dpo(
      `--pairs ${path('pairs.jsonl')} --demonstrations ${path('demonstrations.jsonl')} --sft-loss-coef 0.1 --out ${out}`,
    );
    expect(result).toMatchObject({ command: 'dpo', pairs: 8, model: join(out, 'model') });
    const [before, after] = [path('policy'), join(out, 'model')].map((directory) => loadModel(directory));
    expect(Object.keys(after?.params ?? {}).sort()).toEqual(Object.keys(before?.params ?? {}).sort());
    expect(readJson<{ complete: boolean }>(join(out, 'manifest.json')).complete).toBe(true);
    expect(existsSync(join(out, 'samples.jsonl'))).toBe(false);
  });

  it('asks probes and takes the perplexity of texts as it learns', async () => {
    write('probes.jsonl', [
      { task: 'any', prompt: 'hello', regex: '.*' },
      { task: 'none', prompt: 'you', equals: 'no such answer' },
    ]);
    write('texts.jsonl', [{ text: 'hello there' }, { text: 'how are you' }]);
    const out = path('with-probes');
    await dpo(
      `--pairs ${path('pairs.jsonl')} --logging-steps 1 --probes ${path('probes.jsonl')} --perplexity ${path('texts.jsonl')} --probe-every 1 --probe-threshold 0.5 --out ${out}`,
    );
    const rows = await readJsonLines<Record<string, number>>(join(out, 'metrics.jsonl'));
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ 'probes/any': 1, 'probes/none': 0, 'probes/alarm': 1 });
      expect(row['perplexity']).toBeGreaterThan(1);
    }
    const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
    expect(manifest).toContain('probes.jsonl');
    await expect(dpo(`--pairs ${path('pairs.jsonl')} --probes no.jsonl --out ${path('no')}`)).rejects.toThrow(
      '--probes: there is no file no.jsonl',
    );
    await expect(
      dpo(`--pairs ${path('pairs.jsonl')} --probe-threshold 0.5 --out ${path('no')}`),
    ).rejects.toThrow('dpo: --probe-threshold is for --probes, which is not given');
  });

  it('labels the policy’s own samples with a reward model, whose files stand in the manifest', async () => {
    const out = path('from-samples');
    const result = (await dpo(
      `--prompts ${path('prompts.jsonl')} --reward-model ${path('reward')} --samples-per-prompt 3 --out ${out}`,
    )) as { pairs: number };
    const scored = await readJsonLines<{ promptId: string; score: number }>(
      join(out, 'scored-samples.jsonl'),
    );
    expect(scored).toHaveLength(12);
    const pairs = await readJsonLines<PreferencePair>(join(out, 'pairs.jsonl'));
    expect(pairs).toHaveLength(result.pairs);
    for (const { promptId, margin } of pairs) {
      const own = scored.filter((sample) => sample.promptId === promptId).map(({ score }) => score);
      expect(margin).toBeCloseTo(Math.max(...own) - Math.min(...own), 5);
    }
    const { inputs } = readJson<{ inputs: Record<string, string> }>(join(out, 'manifest.json'));
    expect(Object.keys(inputs)).toContain(join(path('reward'), 'model.safetensors'));
  });

  it('samples from the prompts of the pairs, each once, when asked', async () => {
    const out = path('sampled');
    await dpo(`--pairs ${path('pairs.jsonl')} --reward vader --samples-every 2 --out ${out}`);
    const samples = await readJsonLines<PolicySample>(join(out, 'samples.jsonl'));
    expect(samples.map(({ prompt }) => prompt)).toEqual(['hello', 'how are you', 'there', 'you']);
    for (const sample of samples) expect(sample).toMatchObject({ step: 2, score: expect.any(Number) });
  });

  it('sets rows aside that it cannot use, or stops at the first when asked', async () => {
    write('odd.jsonl', [
      { prompt: 'hello', chosen: 'hello there', rejected: 'you' },
      { prompt: 'hello', chosen: 'hello there', rejected: '' },
    ]);
    const out = path('odd');
    expect(await dpo(`--pairs ${path('odd.jsonl')} --out ${out}`)).toMatchObject({ pairs: 1 });
    const [bad] = await readJsonLines(join(out, 'bad-rows.jsonl'));
    expect(bad).toMatchObject({ line: 2, field: 'rejected' });
    const strict = dpo(`--pairs ${path('odd.jsonl')} --on-bad-row stop --out ${path('strict')}`);
    await expect(strict).rejects.toThrow(/odd.jsonl:2: 'rejected' is empty/);
  });

  it('is refused to overwrite a run', async () => {
    const line = `--pairs ${path('pairs.jsonl')} --out ${path('twice')}`;
    await dpo(line);
    const metrics = readFileSync(join(path('twice'), 'metrics.jsonl'), 'utf8');
    await expect(dpo(line)).rejects.toThrow('exists; nothing is overwritten');
    expect(readFileSync(join(path('twice'), 'metrics.jsonl'), 'utf8')).toBe(metrics);
  });

  it.each([
    ['no source of pairs', () => '', 'either --pairs, or --prompts with --reward-model or --reward'],
    [
      'prompts without a scorer',
      () => `--prompts ${path('prompts.jsonl')}`,
      'either --pairs, or --prompts with',
    ],
    [
      'two sources of pairs',
      () => `--pairs ${path('pairs.jsonl')} --prompts ${path('prompts.jsonl')} --reward vader`,
      'and not both',
    ],
    ['a missing file', () => `--pairs ${path('none.jsonl')}`, 'none.jsonl: no such file or directory'],
    [
      'a gap that no pair exceeds',
      () => `--prompts ${path('prompts.jsonl')} --reward vader --min-score-gap 2`,
      'dpo: there are no preference pairs',
    ],
    ['a beta of 0', () => `--pairs ${path('pairs.jsonl')} --beta 0`, "'beta' must be a number > 0, got 0"],
  ])('refuses %s', async (name, line, message) => {
    const words = `${line()} --out ${path(name.replaceAll(' ', '-'))}`.trim();
    await expect(async () => dpo(words)).rejects.toThrow(message);
  });
});
