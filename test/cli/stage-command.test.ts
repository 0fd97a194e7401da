import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandHelp, parseCommandLine, type Command } from '../../lib/cli/command';
import { commands } from '../../lib/cli/commands';
import { readJson } from '../../lib/files';
import { saveTinyModel } from '../support/tiny-model';

const program = join(__dirname, '..', '..', 'bin', 'rlhf-kit.js');
const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-stage-command-'));
beforeAll(() => {
  saveTinyModel(join(folder, 'model'));
  const rows = ['a', 'b', 'ab', 'ba'].map((prompt) => ({ prompt, response: 'ab' }));
  writeFileSync(join(folder, 'demonstrations.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sft = (...flags: string[]) =>
  spawnSync(
    process.execPath,
    [program, 'sft', '--model', 'model', '--demonstrations', 'demonstrations.jsonl', ...flags],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, RLHF_KIT_PROGRESS: 'off', RLHF_KIT_ENGINE: 'cpu' },
    },
  );
const small = ['--max-steps', '1', '--batch-size', '2', '--max-length', '16'];

describe('the example in the help of a stage', () => {
  const stages = [
    'sft',
    'preferences',
    'filter',
    'reward',
    'dpo',
    'ppo',
    'grpo',
    'rloo',
    'evaluate',
    'pipeline',
  ];
  it.each(stages)('of %s can be pasted: its flags are accepted as they stand', (name) => {
    const command = commands.find((one) => one.name === name) as Command;
    const words = (command.example as string).split(' ');
    expect(words.slice(0, 3)).toEqual(['npx', 'rlhf-kit', name]);
    expect(() => parseCommandLine(command, words.slice(3))).not.toThrow();
    expect(commandHelp(command)).toContain(`Example\n  ${command.example}\n`);
  });
});

describe('a stage whose rows are a folder of tables', () => {
  it('reads them by the layout that is named, and writes the hash of each shard', () => {
    mkdirSync(join(folder, 'shards'));
    for (const n of [0, 1])
      writeFileSync(join(folder, 'shards', `rows-${n}.csv`), 'prompt,completion\na,"ab"\n');
    const flags = ['--demonstrations', 'shards', '--out'];
    const { status, stdout, stderr } = sft(...small, ...flags, 'tables', '--format', 'prompt-completion');
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ demonstrations: 2 });
    const { inputs } = readJson<{ inputs: object }>(join(folder, 'tables', 'manifest.json'));
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(['shards/rows-0.csv', 'shards/rows-1.csv']));
    expect(sft(...flags, 'misspelt', '--format', 'promt-completion').stderr).toMatch(
      /did you mean 'prompt-completion'/,
    );
  });
});

describe('a stage without --out', () => {
  it('goes into the first numbered folder that is free, and says where', () => {
    for (const number of ['01', '02']) {
      const { status, stdout, stderr } = sft(...small);
      expect(status, stderr).toBe(0);
      const out = `runs/sft-${number}`;
      expect(JSON.parse(stdout)).toMatchObject({
        command: 'sft',
        out,
        model: `${out}/model`,
        demonstrations: 4,
      });
      expect(stderr.trim().split('\n').at(-1)).toBe(`sft: the run is in ${out}`);
      expect(readJson(join(folder, out, 'config.json'))).toMatchObject({ out, maxSteps: 1 });
      expect(existsSync(join(folder, out, 'model', 'model.safetensors'))).toBe(true);
    }
    const manifest = readFileSync(join(folder, 'runs/sft-01/manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ command: 'sft', engine: 'cpu', complete: true });
  });

  it('cannot be resumed, and a run that is complete neither', () => {
    const nowhere = sft(...small, '--resume');
    expect(nowhere.status).toBe(2);
    expect(nowhere.stderr.trim()).toBe(
      'rlhf-kit: sft: --resume goes on with the run in --out, which must be given',
    );
    const complete = sft(...small, '--resume', '--out', 'runs/sft-01');
    expect(complete.status).toBe(2);
    expect(complete.stderr).toContain('the run in runs/sft-01 is complete; there is nothing to resume');
  });
});
