/** What is measured of a cell, from the files of its steps alone. */
import { existsSync } from 'node:fs';
import { mean, standardDeviation } from 'simple-statistics';
import type { GoldVerdict } from '../../../datasets/dialogues';
import { frontierByStep } from '../../evaluation/frontier';
import { byPrompt, meanByPrompt } from '../../evaluation/judged';
import { matches } from '../../evaluation/win-rate';
import { readJson, readJsonLines } from '../../files';
import { readPairs } from '../../preferences/readers/open';
import type { FilterReport } from '../../filter/report';
import type { EvaluatedRollout, PipelineEvaluation } from '../../pipeline/evaluate';
import type { VariantScorecard } from '../../pipeline/reward';
import { trainingSamples } from '../../pipeline/summarize';
import { pipelineWorld } from '../../pipeline/world';
import type { LengthBalanceAccount } from '../../reward/debias/bucket-balance';
import type { RewardScorecard } from '../../reward/scorecard/scorecard';
import type { MetricsRow } from '../../train/metrics';
import type { CellConfig } from '../cells/dialogues';
import { measurePicks, measurePolicyDimensions } from './dimension-measures';
import type { MeasureName } from './measure-names';
import { measureParts, type MeasuredPart, type Measurements } from './measurements';
import { highestScored, pairsInOrder } from './order';
import { overOptimisation } from './over-optimisation';

type DialogueMeasure = MeasureName<'dialogues'>;
type Measure = (config: CellConfig, path: (file: string) => string) => Promise<MeasuredPart>;

/** The steps that each measure reads from. */
export const measuredSteps: Readonly<Record<DialogueMeasure, readonly string[]>> = {
  filter: ['filter'],
  reward: ['filter', 'reward-debiased', 'scorecards'],
  bestOfN: ['scorecards'],
  dimensions: ['best-of-n', 'scorecards'],
  dpo: ['evaluation-dpo'],
  ppo: ['evaluation-ppo'],
  grpo: ['evaluation-grpo'],
  rloo: ['evaluation-rloo'],
  dpoDimensions: ['evaluation-dpo'],
  ppoDimensions: ['evaluation-ppo'],
};

const measures: Readonly<Record<DialogueMeasure, Measure>> = {
  filter: measureFilter,
  reward: measureReward,
  bestOfN: measureBestOfN,
  dimensions: measurePicks,
  dpo: (config, path) => measurePolicy('dpo', config, path),
  ppo: (config, path) => measurePolicy('ppo', config, path),
  grpo: (config, path) => measurePolicy('grpo', config, path),
  rloo: (config, path) => measurePolicy('rloo', config, path),
  dpoDimensions: (config, path) => measurePolicyDimensions('dpo', config, path),
  ppoDimensions: (config, path) => measurePolicyDimensions('ppo', config, path),
};

/** Points of a policy's course. */
const curvePoints = 10;

/** Measures a cell of the embedded world. */
export function measureCell(
  config: CellConfig,
  names: readonly DialogueMeasure[],
  path: (file: string) => string,
): Promise<Measurements> {
  return measureParts(names, (name) => measures[name](config, path));
}

/** How much the filter removed, and how often the labels it kept are right. */
async function measureFilter(config: CellConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const report = readJson<FilterReport>(path('filter/report.json'));
  const pairs = await readPairs(path('filter/pairs.jsonl'));
  const world = pipelineWorld(config);
  const judged = new Map<string, GoldVerdict>();
  const utility = (promptId: string, text: string): number => {
    const key = JSON.stringify([promptId, text]);
    const verdict = judged.get(key) ?? world.judge(promptId, text);
    judged.set(key, verdict);
    return verdict.utility;
  };
  const gaps = pairs
    .map(({ promptId, chosen, rejected }) => utility(promptId, chosen) - utility(promptId, rejected))
    .filter((gap) => gap !== 0);
  return {
    metrics: {
      ties: report.ties,
      cyclic: report.cyclic,
      kept: report.kept,
      labelsRight: gaps.filter((gap) => gap > 0).length / gaps.length,
    },
  };
}

/** How good the reward model is on held-out labels and, by the truth, on the SFT model's answers. */
function measureReward(_: CellConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const card = readJson<VariantScorecard>(path('scorecards/debiased.json'));
  const residual = readJson<RewardScorecard>(path('scorecards/length-residual.json'));
  const balance = readJson<LengthBalanceAccount>(path('reward-debiased/length-balance.json'));
  const byPromptId = [...byPrompt(card.responses).values()];
  return Promise.resolve({
    prompts: { goldAccuracy: byPromptId.map(promptAccuracy) },
    metrics: {
      accuracy: card.accuracy.accuracy,
      lengthCorrelation: card.scoreLengthCorrelation.equalQuality ?? Number.NaN,
      lengthOnlyAccuracy: balance.lengthOnlyAccuracy.after,
      ece: card.calibration.ece,
      scoreMean: card.scores.mean,
      scoreStd: card.scores.std,
      residualGoldAccuracy: residual.goldAccuracy?.accuracy ?? Number.NaN,
      residualLengthCorrelation: residual.scoreLengthCorrelation.equalQuality ?? Number.NaN,
    },
  });
}

/**
 * Share of the pairs of a prompt's answers, equal ones left out, that scores put in the order of gold; equal scores are half right, and
 * so is a prompt whose answers are all equal.
 */
function promptAccuracy(answers: readonly { readonly score: number; readonly gold: number }[]): number {
  const right = pairsInOrder(answers.map(({ score, gold }) => ({ score, worth: gold })));
  return right.length === 0 ? 0.5 : mean(right);
}

/** The answer that the reward model picks among many, against what SFT answers on average. */
function measureBestOfN(config: CellConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const { responses } = readJson<VariantScorecard>(path('scorecards/debiased.json'));
  const picks = [...byPrompt(responses).values()].map((answers) => {
    const picked = highestScored(answers);
    const gold = mean(picked.map((answer) => answer.gold));
    // Against every answer, itself included, as policies are against SFT's; a pick among equals counts with their mean.
    const against = answers.map((answer) => gold - answer.gold);
    return {
      gold,
      goldGain: gold - mean(answers.map((answer) => answer.gold)),
      winMinusLoss: mean(
        against.map((gap) => (Math.abs(gap) <= config.evaluation.tieMargin ? 0 : Math.sign(gap))),
      ),
      tokens: mean(picked.map(({ length }) => length)),
    };
  });
  return Promise.resolve({
    prompts: {
      gold: picks.map(({ gold }) => gold),
      goldGain: picks.map(({ goldGain }) => goldGain),
      winMinusLoss: picks.map(({ winMinusLoss }) => winMinusLoss),
      tokens: picks.map(({ tokens }) => tokens),
    },
  });
}

/** What a policy won against SFT, how far it went, and what it forgot. */
async function measurePolicy(
  policy: 'dpo' | 'ppo' | 'grpo' | 'rloo',
  config: CellConfig,
  path: (file: string) => string,
): Promise<MeasuredPart> {
  const { policies, probes } = readJson<PipelineEvaluation>(path(`evaluation-${policy}/evaluation.json`));
  const rollouts = await readJsonLines<EvaluatedRollout>(path(`evaluation-${policy}/rollouts.jsonl`));
  const of = (name: string): EvaluatedRollout[] => rollouts.filter((rollout) => rollout.policy === name);
  const [own, sft] = [of(policy), of('sft')];
  const values = (rows: readonly EvaluatedRollout[], value: (row: EvaluatedRollout) => number): number[] => [
    ...meanByPrompt(rows, value).values(),
  ];
  const played = byPrompt(matches(own, sft, config.evaluation.tieMargin));
  const result = policies[policy] as PipelineEvaluation['policies'][string];
  const metrics = await readJsonLines<MetricsRow>(path(`${policy}/metrics.jsonl`));
  const sampled = path(`${policy}/samples.jsonl`);
  const samples = existsSync(sampled) ? await trainingSamples(config, sampled) : [];
  const passed = Object.entries(probes[policy] ?? {});
  const forgot = passed.map(
    ([task, { passRate }]) => [task, (probes['sft']?.[task]?.passRate ?? Number.NaN) - passRate] as const,
  );
  const course = frontierByStep(samples, curvePoints).map(
    ({ step = Number.NaN, kl, proxy, gold = Number.NaN }) => ({ step, kl, proxy, gold }),
  );
  return {
    prompts: {
      gold: values(own, (row) => row.quality),
      goldGain: differences(
        values(own, (row) => row.quality),
        values(sft, (row) => row.quality),
      ),
      winMinusLoss: [...played.values()].map((rows) => mean(rows.map(({ label }) => 2 * label - 1))),
      proxy: values(own, (row) => row.proxy),
      kl: values(own, (row) => row.kl),
      tokens: values(own, (row) => row.responseTokens),
      tokenGain: differences(
        values(own, (row) => row.responseTokens),
        values(sft, (row) => row.responseTokens),
      ),
    },
    metrics: {
      lengthControlledWinRate: result.lengthControlledWinRate,
      // Worse than SFT, and not by chance.
      collapsed: Number(result.winMinusLossCi[1] < 0),
      ...Object.fromEntries(passed.map(([task, { passRate }]) => [`probe.${task}`, passRate])),
      ...Object.fromEntries(forgot.map(([task, lost]) => [`forgot.${task}`, lost])),
      forgot: mean(forgot.map(([, lost]) => lost)),
      ...(policy !== 'dpo' && courseMetrics(metrics)),
      ...overOptimisation(course),
    },
    ...(course.length > 0 && { curves: { [policy]: course } }),
  };
}

function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value - (b[i] as number));
}

/** Of a policy's iterations: the mean divergence of all, and how the score moves over the last half. */
function courseMetrics(rows: readonly MetricsRow[]): Record<string, number> {
  const kls = rows.flatMap((row) => row['objective/kl'] ?? []) as number[];
  const late = rows.slice(rows.length >> 1);
  const scores = late.flatMap((row) => row['objective/scores'] ?? row['reward'] ?? []) as number[];
  return { meanTrainingKl: mean(kls), lateScore: mean(scores), lateScoreStd: standardDeviation(scores) };
}
