import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { PipelineSummary, PolicySummary } from '../../../lib/evaluation/summary';
import {
  pipelineSentence,
  pipelineTables,
  readPipelineRuns,
} from '../../../lib/experiment/findings/pipeline-runs';
import { asPrettier } from '../../support/prettier';

function policy(winMinusLoss: number, probes: Readonly<Record<string, number>>): PolicySummary {
  return {
    gold: 0.5 + winMinusLoss / 4,
    winRate: 0.5 + winMinusLoss / 2,
    winMinusLoss,
    winMinusLossCi: [winMinusLoss - 0.04, winMinusLoss + 0.04],
    lengthControlledWinRate: 0.5 + winMinusLoss / 2,
    meanResponseTokens: 26,
    kl: 1.3,
    probes,
  };
}

function run(seed: number, wins: number, debiased: number): PipelineSummary {
  return {
    engine: 'any',
    seed,
    wallSeconds: 300.4,
    filter: { comparisons: 10, ties: 1, cyclic: 1, duplicates: 0, kept: 8 },
    reward: {
      accuracy: 0.75,
      goldAccuracy: 0.78,
      plainGoldAccuracy: 0.76,
      noiseCeiling: 0.91,
      ece: 0.05,
      scoreMean: 0,
      scoreStd: 1,
      lengthOnlyAccuracy: { before: 0.62, after: 0.5 },
      scoreLengthCorrelation: { plain: 0.4, debiased },
    },
    policies: {
      sft: policy(0, { identity: 1, json: 0.98 }),
      dpo: policy(wins, { identity: 1, json: 1 }),
      ppo: policy(wins - 0.05, { identity: 0.98, json: 0.97 }),
      ppoNoSftLoss: policy(-0.4, { identity: 0.5, json: 0.08 }),
    },
  };
}

// The second run's bias has turned around: what is left of it counts, whatever its sign.
const runs = [run(1, 0.25, 0.1), run(2, 0.2, -0.04)];
const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-runs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function cellsOf(table: string, what: string): string[] {
  const line = table.split('\n').find((text) => text.startsWith(`| ${what} `)) ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

describe('pipelineTables', () => {
  const table = pipelineTables(new Map([['any', runs]]));

  it('has a column per seed and the mean with its t interval', () => {
    expect(table).toContain('**On `any`**');
    // t of one degree of freedom is 12.706: ± 12.706 · 2.5 points.
    expect(cellsOf(table, 'wins − losses against SFT, points [95%], DPO')).toEqual([
      '+25.0 [+21.0, +29.0]',
      '+20.0 [+16.0, +24.0]',
      '+22.5 [−9.3, +54.3]',
    ]);
  });

  it('says how much of the length correlation is gone, of either sign', () => {
    expect(cellsOf(table, 'correlation cut by').slice(0, 2)).toEqual(['75.0%', '90.0%']);
    expect(cellsOf(table, 'score–length correlation at equal quality, plain → debiased').slice(0, 2)).toEqual(
      ['0.400 → 0.100', '0.400 → −0.040'],
    );
  });

  it('names the probe that fell most, and none where none did', () => {
    expect(cellsOf(table, 'largest drop of a probe, points, DPO')[0]).toBe('none');
    expect(cellsOf(table, 'largest drop of a probe, points, PPO')[0]).toBe('−2.0 (identity)');
    expect(cellsOf(table, 'largest drop of a probe, points, PPO without the SFT loss')[0]).toBe(
      '−90.0 (JSON)',
    );
  });

  it('is Markdown as Prettier writes it', async () => {
    expect(await asPrettier(`${table}\n`)).toBe(`${table}\n`);
  });
});

describe('pipelineSentence', () => {
  it('gives the least and the most over seeds', () => {
    expect(pipelineSentence(runs)?.replaceAll('\n', ' ')).toBe(
      "The default pipeline over seeds 1, 2: by the gold judge, DPO beats SFT by 20.0 to 25.0 points (wins − losses) and PPO by 15.0 to 20.0. Debiasing cuts the reward model's score–length correlation by 75 to 90%. The capability probe that drops most drops by 2 points with the SFT loss and by 90 without it.",
    );
  });

  it('says nothing without runs', () => {
    expect(pipelineSentence([])).toBeUndefined();
  });
});

describe('readPipelineRuns', () => {
  it('takes every engine’s runs in the order of their seeds, and nothing else', () => {
    mkdirSync(join(folder, 'some'));
    for (const one of [run(10, 0.1, 0.1), ...runs])
      writeFileSync(join(folder, 'some', `seed-${one.seed}.json`), JSON.stringify(one));
    writeFileSync(join(folder, 'some', 'notes.json'), '{}');
    writeFileSync(join(folder, 'README.md'), '');
    const found = readPipelineRuns(folder);
    expect([...found.keys()]).toEqual(['some']);
    expect(found.get('some')?.map(({ seed }) => seed)).toEqual([1, 2, 10]);
  });

  it('finds none in a folder that is not there', () => {
    expect(readPipelineRuns(join(folder, 'nowhere')).size).toBe(0);
  });
});
