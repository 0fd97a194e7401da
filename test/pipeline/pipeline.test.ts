import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelinePolicies, type PipelineSummary } from '../../lib/evaluation/summary';
import { InterruptedError } from '../../lib/errors';
import { readJson, readJsonLines } from '../../lib/files';
import { runPipeline } from '../../lib/pipeline/pipeline';
import { pipelineFlow } from '../../lib/pipeline/flow';
import { pipelinePresets } from '../../lib/pipeline/presets';
import { setPipeline } from '../../lib/pipeline/config';
import type { RewardScorecard } from '../../lib/reward/scorecard/scorecard';
import { requestInterrupt } from '../../lib/train/interrupt';
import { engines } from '../support/engines';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-pipeline-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (name: string, resume = false): Promise<PipelineSummary> =>
  runPipeline(pipelinePresets.smoke(1), {
    out: join(folder, name),
    resume,
    engine: engines[0] as string,
    command: 'test',
  });

/** What must not depend on when and in how many pieces a run was made. */
const timeless = (summary: PipelineSummary) => ({ ...summary, wallSeconds: 0 });

describe('the pipeline at smoke size', () => {
  let summary: PipelineSummary;
  beforeAll(async () => (summary = await run('unbroken')), 240_000);

  it('gives the summary of every policy, with rates in [0, 1] and probes of the four tasks', () => {
    expect(Object.keys(summary.policies)).toEqual([...pipelinePolicies]);
    for (const policy of Object.values(summary.policies)) {
      expect(Object.keys(policy.probes).sort()).toEqual(['arithmetic', 'identity', 'json', 'translation']);
      for (const rate of [policy.gold, policy.winRate, policy.lengthControlledWinRate]) {
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1);
      }
      expect(policy.winMinusLossCi[0]).toBeLessThanOrEqual(policy.winMinusLoss);
      expect(policy.winMinusLossCi[1]).toBeGreaterThanOrEqual(policy.winMinusLoss);
    }
    expect(summary.policies.sft).toMatchObject({ winRate: 0.5, winMinusLoss: 0, kl: 0 });
    expect(readJson(join(folder, 'unbroken', 'summary.json'))).toEqual(JSON.parse(JSON.stringify(summary)));
  });

  it('keeps its configuration, and a run of another one is not gone on with', async () => {
    const out = join(folder, 'unbroken');
    const config = pipelinePresets.smoke(1);
    expect(readJson(join(out, 'config.json'))).toEqual(JSON.parse(JSON.stringify(config)));
    const other = setPipeline('here', config, { 'ppo.klCoef': 0.5 });
    expect(other.ppo.klCoef).toBe(0.5);
    expect(other.dpo).toEqual(config.dpo);
    const options = { out, resume: true, engine: engines[0] as string, command: 'test' };
    await expect(runPipeline(other, options)).rejects.toThrow(
      `pipeline: cannot resume: config 'ppo.klCoef' was ${config.ppo.klCoef}, now 0.5`,
    );
    expect(await run('unbroken', true)).toEqual(readJson(join(out, 'summary.json')));
  });

  it('balances length exactly: longer answers win half the weight of the training pairs', () => {
    expect(summary.reward.lengthOnlyAccuracy.after).toBeCloseTo(0.5, 6);
  });

  it('compares with the plain model less its length residual, on the same answers', () => {
    const scorecard = (name: string): RewardScorecard =>
      readJson(join(folder, 'unbroken', 'scorecards', `${name}.json`));
    const [plain, residual] = [scorecard('plain'), scorecard('length-residual')];
    expect(residual.lengthOnlyAccuracy).toBe(plain.lengthOnlyAccuracy);
    expect(residual.scoreLengthCorrelation.equalQuality).not.toBe(plain.scoreLengthCorrelation.equalQuality);
    const report = readFileSync(join(folder, 'unbroken', 'report.html'), 'utf8');
    expect(report).toContain('plain less its length residual');
  });

  it('accounts for every vote between the files of its steps', async () => {
    const votes = await readJsonLines(join(folder, 'unbroken', 'preferences', 'votes.jsonl'));
    const pairs = await readJsonLines(join(folder, 'unbroken', 'filter', 'pairs.jsonl'));
    expect(summary.filter.comparisons).toBe(votes.length);
    expect(summary.filter.kept).toBe(pairs.length);
  });

  it('leaves a manifest with input hashes for every step, and a report that asks nothing of the network', () => {
    for (const { label } of pipelineFlow(pipelinePresets.smoke(1)).nodes) {
      const manifest = readJson<{ complete: boolean; inputs: Record<string, string> }>(
        join(folder, 'unbroken', label, 'manifest.json'),
      );
      expect(manifest.complete).toBe(true);
      for (const hash of Object.values(manifest.inputs)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    }
    const report = readFileSync(join(folder, 'unbroken', 'report.html'), 'utf8');
    expect(report).not.toMatch(/<(script|link|img)[^>]+(src|href)="?https?:/);
    expect(report).toContain('PPO without the SFT loss');
  });

  it('stopped in the middle of training and resumed, ends with the numbers of an unbroken run', async () => {
    const stop = setInterval(() => {
      // As soon as PPO has begun.
      if (existsSync(join(folder, 'broken', 'ppo', 'config.json')) && requestInterrupt()) clearInterval(stop);
    }, 5);
    await expect(run('broken')).rejects.toThrow(InterruptedError);
    clearInterval(stop);
    expect(existsSync(join(folder, 'broken', 'summary.json'))).toBe(false);
    expect(timeless(await run('broken', true))).toEqual(timeless(summary));
  }, 240_000);

  it('never overwrites a run', async () => {
    await expect(run('unbroken')).rejects.toThrow(/exists; nothing is overwritten/);
    expect(timeless(await run('unbroken', true))).toEqual(JSON.parse(JSON.stringify(timeless(summary))));
  });
});
