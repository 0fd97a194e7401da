/** What is logged of an iteration's rollouts, under TRL's names; sums over a response, means over responses, no padding. */
import type { Metrics } from '../../train/metrics';
import { completionMetrics } from '../rollout';
import type { Iteration } from '../sampled';
import type { Row } from './batch';

/** Metrics of one iteration before its updates. */
export function rolloutMetrics(
  { rollouts, scores, logRatios }: Iteration,
  credit: { readonly rows: readonly Row[]; readonly baselines: readonly number[]; readonly klCoef: number },
): Metrics {
  const { rows, baselines, klCoef } = credit;
  const kl = mean(logRatios.map(sum));
  const nonScore = -klCoef * kl;
  const gap = mean(scores) - mean(baselines);
  const returns = rows.flatMap((row) => [...row.returns]);
  const errors = rows.flatMap((row) => [...row.returns].map((value, t) => value - (row.values[t] as number)));
  return {
    'objective/kl': kl,
    'objective/kl_k3': mean(logRatios.map((row) => sum(row.map((ratio) => Math.expm1(-ratio) + ratio)))),
    'objective/kl_coef': klCoef,
    'objective/entropy': mean(rollouts.map((rollout) => sum(rollout.entropy))),
    'objective/scores': mean(scores),
    'objective/reference_scores': mean(baselines),
    'objective/score_gap': gap,
    'objective/non_score_reward': nonScore,
    'objective/rlhf_reward': gap + nonScore,
    'val/num_eos_tokens': rollouts.filter((rollout) => rollout.finished).length,
    'val/sampler_gap': Math.max(...rollouts.map((rollout) => rollout.samplerGap)),
    ...completionMetrics(rollouts),
    'critic/vf_explained_var': 1 - variance(errors) / Math.max(1e-12, variance(returns)),
  };
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
}
