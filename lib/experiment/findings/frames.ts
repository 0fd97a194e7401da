/** Experiments as rows of tables, for whoever analyses them in a notebook. */
import { computedRows, type Experiment } from '../experiment';
import { judgeClaims } from '../statistics/verdict';

/** A row a claim: what the paper says, the paired difference that was found with its 95% interval, and the verdict. */
export function claimRows(experiment: Experiment) {
  return judgeClaims(experiment).map(({ claim, comparison, verdict, adjustedP }) => ({
    experiment: experiment.config.name,
    claim: claim.claim,
    paper: claim.paper,
    difference: comparison?.difference ?? null,
    'from (95%)': comparison?.ci?.[0] ?? null,
    'to (95%)': comparison?.ci?.[1] ?? null,
    seeds: comparison?.seeds.length ?? 0,
    'p (Holm)': adjustedP,
    verdict,
  }));
}

/** One row per condition and seed: the setting of every axis, the seed, and all that was measured. */
export function resultRows(experiment: Experiment): Readonly<Record<string, string | number>>[] {
  return computedRows(experiment).map(({ config, seed, metrics }) => ({ ...config, seed, ...metrics }));
}
