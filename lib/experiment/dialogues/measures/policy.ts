/** Measures `dpo`, `ppo`, `grpo`, `rloo`: what a policy won against SFT, how far it went, and what it forgot. */
import { existsSync } from 'node:fs';
import { mean } from 'simple-statistics';
import { probeTasks } from '../../../../datasets/dialogues';
import { frontierByStep } from '../../../evaluation/frontier';
import { byPrompt, meanByPrompt } from '../../../evaluation/judged';
import { matches } from '../../../evaluation/win-rate';
import { readJson, readJsonLines } from '../../../files';
import type { EvaluatedRollout, PipelineEvaluation } from '../../../pipeline/evaluate';
import { trainingSamples } from '../../../pipeline/training-samples';
import type { MetricsRow } from '../../../train/metrics';
import type { ConditionConfig } from '../config';
import type { ConditionPolicy } from '../flow';
import type { Measure, MeasuredPart } from '../../measure';
import { overOptimisation } from './over-optimisation';

/** Points of a policy's course. */
const curvePoints = 10;

const probes = probeTasks.flatMap((task) => [`probe.${task}`, `forgot.${task}`]);
const evaluated = [
  ...['gold', 'goldGain', 'winMinusLoss', 'proxy', 'kl', 'tokens', 'tokenGain', 'lengthControlledWinRate'],
  ...['collapsed', 'forgot', ...probes, 'peakGold', 'peakKl', 'goldAt9Nats'],
];
const ofCourse = ['meanTrainingKl', 'lateScore', 'lateScoreStd'];

export function policyMeasure(policy: ConditionPolicy): Measure<ConditionConfig> {
  return {
    module: __filename,
    reads: [`evaluation-${policy}`],
    metrics: policy === 'dpo' ? evaluated : [...evaluated, ...ofCourse],
    measure: (config, path) => measurePolicy(policy, config, path),
  };
}

async function measurePolicy(
  policy: ConditionPolicy,
  config: ConditionConfig,
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
  const center = mean(scores);
  return {
    meanTrainingKl: mean(kls),
    lateScore: center,
    lateScoreStd: Math.sqrt(mean(scores.map((score) => (score - center) ** 2))),
  };
}
