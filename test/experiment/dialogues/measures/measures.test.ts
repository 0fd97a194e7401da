import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeJson, writeJsonLines } from '../../../../lib/files';
import { experimentBase } from '../../../../lib/experiment/dialogues/config';
import { dialogues } from '../../../../lib/experiment/dialogues/kind';
import { measureCondition } from '../../../../lib/experiment/measure';

const root = mkdtempSync(join(tmpdir(), 'experiment-measures-'));
afterAll(() => rmSync(root, { recursive: true }));

const { reward, bestOfN, ppo } = dialogues.measures;
const path = (file: string): string => join(root, file);
const config = { ...experimentBase(1), evaluation: { ...experimentBase(1).evaluation, tieMargin: 0.02 } };

function write(file: string, value: object): void {
  mkdirSync(dirname(path(file)), { recursive: true });
  if (file.endsWith('.jsonl')) writeJsonLines(path(file), value as object[]);
  else writeJson(path(file), value);
}

/** Answers to three prompts: score, gold, length. */
const answers = {
  // All pairs right but the last two, which are the wrong way round: 2 of 3.
  p: [
    [3, 0.9, 30],
    [1, 0.5, 10],
    [2, 0.2, 20],
  ],
  // Equal scores are half right; the pair of equal gold does not count.
  q: [
    [1, 0.4, 10],
    [1, 0.6, 20],
    [0, 0.4, 30],
  ],
  // Nothing to tell apart.
  r: [
    [5, 0.3, 7],
    [4, 0.3, 8],
  ],
} as const;
const responses = Object.entries(answers).flatMap(([promptId, rows]) =>
  rows.map(([score, gold, length]) => ({ promptId, score, gold, length, task: 'fact' })),
);

describe('measureCondition', () => {
  it('measures reward models and what they pick, prompt by prompt', async () => {
    write('scorecards/reward.json', {
      accuracy: { accuracy: 0.7 },
      goldAccuracy: { accuracy: 0.9 },
      scoreLengthCorrelation: { equalQuality: 0.123456789 },
      calibration: { ece: 0.05 },
      scores: { mean: 1, std: 2 },
      responses,
    });
    write('scorecards/length-residual.json', {
      goldAccuracy: { accuracy: 0.8 },
      scoreLengthCorrelation: { equalQuality: -0.1 },
    });
    write('reward/length-balance.json', { lengthOnlyAccuracy: { before: 0.6, after: 0.5 } });
    const { metrics, prompts } = await measureCondition({ reward, bestOfN }, config, path);
    // q: (0.4, 0.6) ½, (0.6, 0.4) right: ¾.
    expect(prompts['reward.goldAccuracy']).toEqual([0.66667, 0.75, 0.5]);
    expect(metrics['reward.goldAccuracy']).toBeCloseTo((2 / 3 + 3 / 4 + 1 / 2) / 3, 5);
    expect(metrics).toMatchObject({
      'reward.accuracy': 0.7,
      'reward.lengthCorrelation': 0.12346,
      'reward.lengthOnlyAccuracy': 0.5,
      'reward.residualGoldAccuracy': 0.8,
      'reward.residualLengthCorrelation': -0.1,
    });
    // q: both answers of score 1 are picked half of the time.
    expect(prompts['bestOfN.gold']).toEqual([0.9, 0.5, 0.3]);
    expect(prompts['bestOfN.tokens']).toEqual([30, 15, 7]);
    expect(prompts['bestOfN.goldGain']).toEqual([
      0.36667, // 0.9 − 1.6/3
      0.03333, // 0.5 − 1.4/3
      0,
    ]);
    // p: 0.9 against itself a tie, and wins against the two others; q: the pick counts as 0.5, the mean of the two.
    expect(prompts['bestOfN.winMinusLoss']).toEqual([0.66667, 0.33333, 0]);
  });

  it('measures a policy against SFT: wins, gains, what was forgotten, and its course', async () => {
    const row = (policy: string, promptId: string, quality: number, responseTokens: number) => ({
      policy,
      promptId,
      quality,
      responseTokens,
      proxy: quality * 10,
      kl: policy === 'sft' ? 0 : 2,
    });
    write('evaluation-ppo/rollouts.jsonl', [
      row('sft', 'p', 0.5, 10),
      row('sft', 'p', 0.7, 12),
      row('sft', 'q', 0.4, 10),
      row('ppo', 'p', 0.71, 14),
      row('ppo', 'p', 0.6, 16),
      row('ppo', 'q', 0.3, 9),
    ]);
    const probe = (passRate: number) => ({ passRate });
    write('evaluation-ppo/evaluation.json', {
      policies: { ppo: { lengthControlledWinRate: 0.55, winMinusLossCi: [-0.3, 0.2] } },
      probes: {
        sft: { json: probe(1), identity: probe(0.8) },
        ppo: { json: probe(0.5), identity: probe(0.9) },
      },
    });
    write('ppo/metrics.jsonl', [
      { step: 1, 'objective/kl': 0, 'objective/scores': -5 },
      { step: 2, 'objective/kl': 1, 'objective/scores': -4 },
      { step: 3, 'objective/kl': 2, 'objective/scores': 1 },
      { step: 4, 'objective/kl': 3, 'objective/scores': 3 },
    ]);
    const { metrics, prompts, curves } = await measureCondition({ ppo }, config, path);
    // p: 0.71 beats 0.5 and ties 0.7; 0.6 beats 0.5 and loses to 0.7. q: 0.3 loses to 0.4.
    expect(prompts['ppo.winMinusLoss']).toEqual([0.25, -1]);
    expect(prompts['ppo.goldGain']).toEqual([0.055, -0.1]);
    expect(prompts['ppo.tokenGain']).toEqual([4, -1]);
    expect(metrics).toMatchObject({
      'ppo.winMinusLoss': -0.375,
      'ppo.gold': 0.4775,
      'ppo.kl': 2,
      'ppo.collapsed': 0,
      'ppo.forgot.json': 0.5,
      'ppo.forgot.identity': -0.1,
      'ppo.forgot': 0.2,
      'ppo.probe.json': 0.5,
      'ppo.meanTrainingKl': 1.5,
      'ppo.lateScore': 2,
      'ppo.lateScoreStd': 1,
      'ppo.lengthControlledWinRate': 0.55,
    });
    // Without samples from training there is no course.
    expect(curves).toEqual({});
  });
});
