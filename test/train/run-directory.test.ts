import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readJson } from '../../lib/files';
import { setTemplateClock } from '../../lib/tokenizer/clock';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import { openRunDirectory } from '../../lib/train/run-directory';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-run-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const open = (changes: Partial<Parameters<typeof openRunDirectory>[0]> = {}) =>
  openRunDirectory({
    command: 'sft',
    out: join(folder, 'run'),
    resume: false,
    config: { learningRate: 1, seed: 1 },
    inputs: [],
    engine: 'cpu',
    ...changes,
  });

describe('openRunDirectory', () => {
  it('writes configuration and manifest with the SHA-256 of every input', async () => {
    const input = join(folder, 'rows.jsonl');
    writeFileSync(input, 'abc');
    const run = await open({ inputs: [input] });
    run.finish({ rows: 3 });
    expect(readJson(run.file('config.json'))).toEqual({ learningRate: 1, seed: 1 });
    expect(readJson(run.file('manifest.json'))).toMatchObject({
      command: 'sft',
      engine: 'cpu',
      complete: true,
      rows: 3,
      inputs: { [input]: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
    });
  });

  it('never overwrites a run', async () => {
    await open();
    await expect(open()).rejects.toThrow(/exists; nothing is overwritten/);
  });

  it('keeps the SHA-256 of every file that a pattern matches, and refuses another set on resume', async () => {
    const pattern = `glob:${join(folder, 'rows-*.jsonl')}`;
    const write = (name: string): void => writeFileSync(join(folder, name), 'abc');
    await expect(open({ inputs: [pattern] })).rejects.toThrow(/rows-\*\.jsonl: matches no file in/);
    ['rows-1.jsonl', 'rows-2.jsonl', 'others.jsonl'].forEach(write);
    const run = await open({ inputs: [pattern] });
    const { inputs } = readJson<{ inputs: object }>(run.file('manifest.json'));
    expect(Object.keys(inputs).map((file) => basename(file))).toEqual(['rows-1.jsonl', 'rows-2.jsonl']);
    write('rows-3.jsonl');
    await expect(open({ inputs: [pattern], resume: true })).rejects.toThrow(/rows-3\.jsonl/);
  });

  it('resumes a run, unless its configuration or its inputs were others', async () => {
    const input = join(folder, 'rows.jsonl');
    writeFileSync(input, 'abc');
    await open({ inputs: [input] });
    expect((await open({ inputs: [input], resume: true })).resumed).toBe(true);
    await expect(
      open({ inputs: [input], resume: true, config: { learningRate: 2, seed: 1 } }),
    ).rejects.toThrow("sft: cannot resume: config 'learningRate' was 1, now 2");
    writeFileSync(input, 'abcd');
    await expect(open({ inputs: [input], resume: true })).rejects.toThrow(
      /cannot resume: input .*rows\.jsonl/,
    );
  });

  it('hashes the files of a folder, and the templates in the folder below it', async () => {
    const model = join(folder, 'model');
    mkdirSync(join(model, 'chat_templates'), { recursive: true });
    mkdirSync(join(model, 'onnx'));
    for (const name of ['config.json', 'chat_templates/tools.jinja', 'onnx/model.onnx'])
      writeFileSync(join(model, name), name);
    const inputs = [model];
    const run = await open({ inputs });
    expect(Object.keys(readJson<{ inputs: object }>(run.file('manifest.json')).inputs)).toEqual([
      join(model, 'config.json'),
      join(model, 'chat_templates/tools.jinja'),
    ]);
    writeFileSync(join(model, 'chat_templates/tools.jinja'), 'another');
    await expect(open({ inputs, resume: true })).rejects.toThrow(/cannot resume: input .*tools\.jinja/);
  });

  it('stops the clock of chat templates at its beginning, and at the same time when it is resumed', async () => {
    // Runs of other tests, which nobody closed.
    setTemplateClock(undefined);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      vi.setSystemTime(new Date(2026, 10, 5, 9, 7, 3));
      const chat_template = "{{ strftime_now('%A %-d %B %Y, %H:%M') }}";
      const { tokenizerJson, tokenizerConfig } = trainByteLevelBpe(['a'], { vocabSize: 270 });
      const tokenizer = createTokenizer({
        tokenizerJson,
        tokenizerConfig: { ...tokenizerConfig, chat_template },
      });
      const today = () => tokenizer.decode(tokenizer.renderPrompt([]));
      const run = await open();
      vi.setSystemTime(new Date(2026, 10, 6));
      expect(today()).toBe('Thursday 5 November 2026, 09:07');
      expect(readJson(run.file('manifest.json'))).toMatchObject({ templateClock: '2026-11-05T09:07:03' });
      run.withdraw();
      // Outside runs it goes on.
      expect(today()).toBe('Friday 6 November 2026, 00:00');
      const first = await open();
      writeFileSync(first.file('metrics.jsonl'), '');
      vi.setSystemTime(new Date(2026, 10, 7));
      const resumed = await open({ resume: true });
      expect(today()).toBe('Friday 6 November 2026, 00:00');
      resumed.finish();
      expect(readJson(resumed.file('manifest.json'))).toMatchObject({ templateClock: '2026-11-06T00:00:00' });
    } finally {
      setTemplateClock(undefined);
      vi.useRealTimers();
    }
  });

  it('makes nothing when an input is missing', async () => {
    await expect(open({ inputs: [join(folder, 'none')] })).rejects.toThrow(/none: no such file/);
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  it('is withdrawn while it holds nothing of a run, never after', async () => {
    const path = join(folder, 'run');
    (await open()).withdraw();
    expect(existsSync(path)).toBe(false);
    const run = await open();
    (await open({ resume: true })).withdraw();
    expect(existsSync(run.file('config.json'))).toBe(true);
    writeFileSync(run.file('metrics.jsonl'), '');
    run.withdraw();
    expect(existsSync(run.file('metrics.jsonl'))).toBe(true);
  });

  it('begins anew where a kill came while it wrote its first two files, and nowhere else', async () => {
    const run = join(folder, 'run');
    for (const half of ['manifest.json.0123abcd.tmp', 'config.json.0123abcd.tmp']) {
      mkdirSync(run);
      writeFileSync(join(run, half), '{"compl');
      if (half.startsWith('config')) writeFileSync(join(run, 'manifest.json'), '{}');
      expect((await open()).resumed).toBe(false);
      expect(readdirSync(run).sort()).toEqual(['config.json', 'manifest.json']);
      rmSync(run, { recursive: true });
    }
    mkdirSync(run);
    writeFileSync(join(run, 'rows.0123abcd.tmp'), '');
    await expect(open()).rejects.toThrow(/exists; nothing is overwritten/);
  });

  it('does not take any folder for a run', async () => {
    writeFileSync(join(folder, 'photo.jpg'), '');
    await expect(open({ out: folder, resume: true })).rejects.toThrow(/holds no run to resume/);
  });
});
