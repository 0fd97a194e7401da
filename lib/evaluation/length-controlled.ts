/** The length-controlled win rate: the win rate that a policy would have with answers as long as the baseline's. */
import { sampleStandardDeviation } from 'simple-statistics';
import { bootstrapInterval, type BootstrapOptions } from './bootstrap';
import type { Interval } from '../intervals';
import { byPrompt } from './judged';
import type { Match } from './win-rate';

export interface LengthControlledWinRate {
  /** σ(intercept): the win rate predicted at no difference in length. */
  readonly lengthControlledWinRate: number;
  readonly lengthControlledWinRateCi: Interval;
  /** Log-odds of winning for each unit of tanh(length difference / std): > 0 where longer answers win. */
  readonly lengthEffect: number;
}

/** Keeps the fit finite when every match is won or length tells all; too weak to move it otherwise (a prompt weighs 1). */
const ridge = 1e-3;

/**
 * Fits P(win) = σ(a + b·tanh(Δ/s)) by weighted logistic regression, Δ the difference in tokens, s its standard deviation
 * over all matches, ties counting as half a win; the rate is σ(a). The term for a prompt's difficulty is left out: there is
 * one pair of policies, and it would average out.
 *
 * @see Dubois et al. 2024 (arXiv:2404.04475), eq. 2, for the model of length.
 */
export function lengthControlledWinRate(
  played: readonly Match[],
  options: BootstrapOptions,
): LengthControlledWinRate {
  const differences = played.map((row) => row.lengthDifference);
  // One match has no spread; equal lengths have none either, and then the term is 0 whatever it is divided by.
  const spread = (played.length > 1 && sampleStandardDeviation(differences)) || 1;
  const prompts = [...byPrompt(played).values()];
  const rows = prompts.flat();
  const x = Float64Array.from(rows, (row) => Math.tanh(row.lengthDifference / spread));
  const labels = Float64Array.from(rows, (row) => row.label);
  const weights = Float64Array.from(rows, (row) => row.weight);
  const fit = fitLogistic(x, labels, weights);

  const unitOf = prompts.flatMap((matchesOfPrompt, unit) => matchesOfPrompt.map(() => unit));
  const statistic = (sampled: Int32Array): number => {
    const times = new Float64Array(prompts.length);
    for (const unit of sampled) times[unit] = (times[unit] as number) + 1;
    const resampled = weights.map((weight, i) => weight * (times[unitOf[i] as number] as number));
    return sigmoid(fitLogistic(x, labels, resampled, fit)[0]);
  };
  return {
    lengthControlledWinRate: sigmoid(fit[0]),
    lengthControlledWinRateCi: bootstrapInterval(prompts.length, statistic, options),
    lengthEffect: fit[1],
  };
}

/**
 * Intercept and slope that minimise −Σ w·[y·log p + (1−y)·log(1−p)] + ridge/2·(a² + b²), p = σ(a + b·x), by Newton's
 * method. A step changes no log-odds by more than ½: the curvature then changes by less than e^½, so that every step lowers
 * the loss and no line search is needed.
 *
 * @param x in [−1, 1].
 * @param labels in [0, 1].
 * @param start where to begin; the fit does not depend on it.
 */
export function fitLogistic(
  x: Float64Array,
  labels: Float64Array,
  weights: Float64Array,
  start: readonly [number, number] = [0, 0],
): [number, number] {
  let [a, b] = start;
  for (let iteration = 0; iteration < 200; iteration++) {
    let [ga, gb, haa, hab, hbb] = [ridge * a, ridge * b, ridge, 0, ridge];
    for (let i = 0; i < x.length; i++) {
      const weight = weights[i] as number;
      if (weight === 0) continue;
      const xi = x[i] as number;
      const p = sigmoid(a + b * xi);
      const residual = weight * (p - (labels[i] as number));
      const curvature = weight * p * (1 - p);
      ga += residual;
      gb += residual * xi;
      haa += curvature;
      hab += curvature * xi;
      hbb += curvature * xi * xi;
    }
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    const change = Math.abs(da) + Math.abs(db);
    const scale = Math.min(1, 0.5 / change);
    a -= scale * da;
    b -= scale * db;
    if (change < 1e-9) break;
  }
  return [a, b];
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
