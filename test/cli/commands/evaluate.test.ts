import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../lib/cli/command';
import { evaluateCommand, parsePolicies } from '../../../lib/cli/commands/evaluate';
import type { PolicyResult } from '../../../lib/evaluation/policies';
import { readJson, readJsonLines } from '../../../lib/files';
import { saveModel } from '../../../lib/model/directory';
import { useEngine } from '../../../lib/backend';
import { tinyModel } from '../../evaluation/tiny-models';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-evaluate-'));
const path = (name: string): string => join(folder, name);
const prompts = path('prompts.jsonl');

function evaluate(...flags: string[]): Promise<unknown> {
  const given = [
    '--prompts',
    prompts,
    '--judge',
    'vader',
    '--engine',
    'cpu',
    '--max-new-tokens',
    '6',
    ...flags,
  ];
  return evaluateCommand.run(parseCommandLine(evaluateCommand, given));
}

describe('rlhf-kit evaluate', () => {
  beforeAll(async () => {
    await useEngine('cpu');
    saveModel(path('sft'), tinyModel(1));
    saveModel(path('ppo'), tinyModel(2));
    const rows = ['hello', '你好', 'how are you'].map((prompt) => JSON.stringify({ prompt, task: 'chat' }));
    writeFileSync(prompts, `${rows.join('\n')}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('asks every policy the probes and takes the perplexity of demonstrations', async () => {
    const out = path('probed');
    writeFileSync(path('probes.jsonl'), '{"task": "any", "prompt": "hello", "regex": ".*"}\n');
    writeFileSync(path('rows.jsonl'), '{"prompt": "hello", "response": "how are you"}\n');
    const checks = ['--probes', path('probes.jsonl'), '--perplexity', path('rows.jsonl')];
    const policies = `ppo=${path('ppo')},sft=${path('sft')}`;
    await evaluate('--policies', policies, '--baseline', 'sft', ...checks, '--out', out);
    const { probes, perplexity } = readJson<{ probes: object; perplexity: Record<string, number> }>(
      join(out, 'evaluation.json'),
    );
    const any = { prompts: 1, passRate: 1, passRateCi: [expect.any(Number), 1] };
    expect(probes).toEqual({ ppo: { any }, sft: { any } });
    expect(perplexity['sft']).toBeGreaterThan(1);
    expect(perplexity['ppo']).not.toBe(perplexity['sft']);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('perplexity of');
  });

  it('writes evaluation.json, rollouts.jsonl, report.html and a manifest, and returns the summary', async () => {
    const out = path('run');
    const policies = `ppo=${path('ppo')},sft=${path('sft')}`;
    const result = (await evaluate(
      '--policies',
      policies,
      '--baseline',
      'sft',
      '--samples-per-prompt',
      '2',
      '--out',
      out,
    )) as { policies: Record<string, PolicyResult> };
    expect(Object.keys(result.policies)).toEqual(['ppo', 'sft']);
    const evaluation = readJson<{ policies: unknown }>(join(out, 'evaluation.json'));
    expect(evaluation).toEqual({ baseline: 'sft', judge: 'vader', policies: result.policies });
    const rollouts = await readJsonLines<Record<string, unknown>>(join(out, 'rollouts.jsonl'));
    expect(rollouts).toHaveLength(12);
    expect(rollouts[0]).toMatchObject({ policy: 'ppo', prompt: 'hello', task: 'chat', sample: 0 });
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report.includes('Wins, ties and losses against SFT')).toBe(true);
    expect(report.includes('你好')).toBe(true);
    expect(readJson(join(out, 'manifest.json'))).toMatchObject({ command: 'evaluate', complete: true });
  });

  it('refuses a baseline that is not among the policies, before anything is made', async () => {
    const out = path('refused');
    const run = async () => evaluate('--policies', `sft=${path('sft')}`, '--baseline', 'base', '--out', out);
    await expect(run()).rejects.toThrow("the baseline 'base' is not among the policies (sft)");
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a model directory that is not there', async () => {
    const flags = ['--policies', `sft=${path('nowhere')}`, '--baseline', 'sft', '--out', path('missing')];
    await expect(evaluate(...flags)).rejects.toThrow(/nowhere: no such file or directory/);
  });

  it('refuses an unknown judge', async () => {
    const flags = ['--policies', `sft=${path('sft')}`, '--baseline', 'sft', '--out', path('judge')];
    await expect(evaluate(...flags, '--judge', 'vadre')).rejects.toThrow(/vadre/);
  });
});

describe('parsePolicies', () => {
  it('reads names and directories in order', () => {
    expect([...parsePolicies('sft=runs/a, ppo=runs/b=2')]).toEqual([
      ['sft', 'runs/a'],
      ['ppo', 'runs/b=2'],
    ]);
  });

  it('keeps a comma inside a path', () => {
    expect(parsePolicies('sft=runs/a,b').get('sft')).toBe('runs/a,b');
  });

  it('refuses what is not name=directory, and a name given twice', () => {
    expect(() => parsePolicies('runs/a')).toThrow(/name=directory, separated by commas, got 'runs\/a'/);
    expect(() => parsePolicies('sft=')).toThrow(/got 'sft='/);
    expect(() => parsePolicies('sft=a,sft=b')).toThrow("'--policies' names 'sft' twice");
  });
});
