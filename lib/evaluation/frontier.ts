/** The KL–reward frontier: what a policy gained, by the model it was trained on and by gold, for the distance it went. */
import { extent, mean } from 'simple-statistics';
import { InputError } from '../errors';

/** One sampled response of a policy under training. */
export interface TrainingSample {
  readonly step: number;
  /** Σ log π − log π_ref over the response, nats. */
  readonly kl: number;
  /** The reward model's score. */
  readonly proxy: number;
  /** Where a gold judge is there. */
  readonly gold?: number;
}

/** A policy at one moment of its training, or a best-of-n of one n. */
export interface FrontierPoint {
  /** Mean step of the samples. */
  readonly step?: number;
  /** nats */
  readonly kl: number;
  /** √KL, on which over-optimisation is a parabola; 0 where the estimate of the divergence is negative. */
  readonly sqrtKl: number;
  readonly proxy: number;
  readonly gold?: number;
  /** Responses behind the point. */
  readonly count?: number;
}

/**
 * Means of the samples in equally long stretches of steps.
 *
 * @param bins the most points there may be; a stretch without samples has none.
 * @throws {InputError} for fewer than one bin.
 * @see Gao et al. 2022, Scaling laws for reward model overoptimization (arXiv:2210.10760), figure 1.
 */
export function frontierByStep(samples: readonly TrainingSample[], bins: number): FrontierPoint[] {
  if (!(bins >= 1)) throw new InputError(`frontierByStep: bins must be ≥ 1, got ${bins}`);
  if (samples.length === 0) return [];
  const [first, last] = extent(samples.map(({ step }) => step));
  const width = (last - first + 1) / bins;
  const stretches = Array.from({ length: bins }, (): TrainingSample[] => []);
  for (const sample of samples) {
    const bin = Math.min(bins - 1, Math.floor((sample.step - first) / width));
    (stretches[bin] as TrainingSample[]).push(sample);
  }
  return stretches.filter((rows) => rows.length > 0).map(summarise);
}

function summarise(rows: readonly TrainingSample[]): FrontierPoint {
  const kl = mean(rows.map((row) => row.kl));
  const gold = rows.flatMap((row) => (row.gold === undefined ? [] : [row.gold]));
  return {
    step: mean(rows.map((row) => row.step)),
    ...pointAt(kl),
    proxy: mean(rows.map((row) => row.proxy)),
    ...(gold.length > 0 && { gold: mean(gold) }),
    count: rows.length,
  };
}

/** A divergence with its root. */
export function pointAt(kl: number): { kl: number; sqrtKl: number } {
  return { kl, sqrtKl: Math.sqrt(Math.max(0, kl)) };
}
