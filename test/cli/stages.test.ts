import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usualEngine } from '../support/engines';

const root = join(__dirname, '..', '..');
const program = join(root, 'bin', 'rlhf-kit.js');
const model = join(process.env['RLHF_KIT_SHARED'] ?? join(root, '..', 'shared'), 'data', 'stories260K');
const environment = { ...process.env, RLHF_KIT_PROGRESS: 'off', RLHF_KIT_ENGINE: usualEngine };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-stages-'));
  const prompts = Array.from({ length: 8 }, (_, i) => ({
    promptId: `p${i}`,
    prompt: `Once upon a time, there was a ${i}`,
  }));
  writeFileSync(join(folder, 'prompts.jsonl'), prompts.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (line: string) =>
  spawnSync(process.execPath, [program, ...line.split(' ')], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
const result = (line: string): Record<string, unknown> => {
  const { stdout, stderr, status } = run(line);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as Record<string, unknown>;
};

describe.skipIf(!existsSync(model))(
  'each stage from files on real weights (skipped without shared/data/stories260K)',
  () => {
    const lengths = '--max-prompt-tokens 64';

    it('samples and compares, filters, trains and evaluates, each command reading what the last one wrote', () => {
      const made = result(
        `preferences --model ${model} --prompts prompts.jsonl --utility vader --max-new-tokens 16 ${lengths} --out preferences`,
      );
      expect(made['votes']).toBe(8 * 6 * 2);
      const kept = result('filter --votes preferences/votes.jsonl --check-texts --out filter')['kept'];
      expect(kept).toBeGreaterThan(0);
      const dpo = result(
        `dpo --model ${model} --pairs filter/pairs.jsonl --max-steps 2 --batch-size 4 ${lengths} --max-response-tokens 32 --out dpo`,
      );
      expect(dpo['pairs']).toBe(kept);
      result(
        `sft --model ${model} --demonstrations preferences/rollouts.jsonl --max-steps 2 --batch-size 4 --max-length 64 --out sft`,
      );
      result(
        `ppo --model sft/model --prompts prompts.jsonl --reward vader --max-steps 2 --rollout-batch-size 4 --num-ppo-epochs 1 --max-new-tokens 16 ${lengths} --out ppo`,
      );
      for (const stage of ['grpo', 'rloo']) {
        result(
          `${stage} --model sft/model --prompts prompts.jsonl --reward vader --max-steps 2 --generation-batch-size 4 --num-generations 2 --max-new-tokens 16 ${lengths} --out ${stage}`,
        );
      }
      const policies = result(
        `evaluate --policies sft=sft/model,ppo=ppo/model,dpo=dpo/model,grpo=grpo/model,rloo=rloo/model --baseline sft --prompts prompts.jsonl --judge vader --max-new-tokens 16 ${lengths} --out evaluation`,
      )['policies'];
      expect(Object.keys(policies as object)).toEqual(['sft', 'ppo', 'dpo', 'grpo', 'rloo']);
      expect(existsSync(join(folder, 'evaluation', 'report.html'))).toBe(true);
    }, 240_000);

    it('stops on Ctrl-C with exit code 130 and a checkpoint, and goes on with --resume', async () => {
      const line = `sft --model ${model} --demonstrations preferences/rollouts.jsonl --max-steps 30 --batch-size 4 --max-length 64 --logging-steps 1 --out stopped`;
      const child = spawn(process.execPath, [program, ...line.split(' ')], {
        cwd: folder,
        env: environment,
        stdio: 'ignore',
      });
      const interrupt = setInterval(() => {
        if (!existsSync(join(folder, 'stopped', 'metrics.jsonl'))) return;
        // Once: a second Ctrl-C stops at once, without a checkpoint.
        clearInterval(interrupt);
        child.kill('SIGINT');
      }, 20);
      const code = await new Promise((resolve) => child.on('close', resolve));
      clearInterval(interrupt);
      expect(code).toBe(130);
      const left = readdirSync(join(folder, 'stopped'));
      expect(left).not.toContain('model');
      expect(left.filter((name) => name.startsWith('checkpoint-'))).toHaveLength(1);
      expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      result(`${line} --resume`);
      expect(readdirSync(join(folder, 'stopped'))).toContain('model');
    }, 240_000);
  },
);

describe('bad input on the command line', () => {
  it.each([
    ['sfft', "unknown command 'sfft'; did you mean 'sft'?"],
    ['sft --modle x', "unknown flag '--modle'; did you mean '--model'?"],
    [
      'ppo --model none --prompts prompts.jsonl --reward vader --out x',
      'cannot read none: no such file or directory',
    ],
    [
      'grpo --model none --prompts prompts.jsonl --reward vader --generation-batch-size 9 --out x',
      'cannot read none: no such file or directory',
    ],
    ['rloo --model none --reward vader --out x', "rloo config: 'prompts' is required (file of prompts)"],
    ['pipeline --preset big --out x', "'preset' must be one of default, notebook, smoke"],
    ['pipeline --preset smoke --engine gpu9 --out x', "unknown engine 'gpu9'"],
  ])('%s ends with one sentence, no stack and exit code 2', (line, sentence) => {
    const { stderr, status } = run(line);
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
