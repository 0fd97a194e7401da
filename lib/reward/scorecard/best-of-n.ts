/** Best-of-n curves: what picking the highest-scored of n answers does to the score and to gold. */
import { max, mean } from 'simple-statistics';
import { InputError } from '../../errors';
import { groupBy } from '../../group-by';

/** The K answers to one prompt. */
export interface SampledAnswers {
  readonly proxy: readonly number[];
  readonly gold?: readonly number[];
}

export interface BestOfNPoint {
  readonly n: number;
  /** KL divergence of best-of-n from the sampler, log n − (n−1)/n, nats. */
  readonly kl: number;
  /** Expected proxy score of the answer picked, mean over prompts. */
  readonly proxy: number;
  /** Expected gold of the same answer. */
  readonly gold?: number;
}

/**
 * Expected proxy and gold of the answer with the highest proxy among n of K, exactly, over all C(K, n) choices without
 * replacement: with proxies in ascending order the i-th is the highest with probability C(i−1, n−1) / C(K, n). Answers of
 * equal proxy are picked among at random, so each counts with their mean gold.
 *
 * @param prompts each with at least max(ns) answers.
 * @param ns sizes to evaluate, integers ≥ 1.
 * @throws {InputError} for a prompt with too few answers, with gold for some of them, or no prompts.
 * @see Nakano et al. 2021 (arXiv:2112.09332), appendix I, for the estimator; Stiennon et al. 2020 (arXiv:2009.01325) for
 * the divergence.
 *
 * @example
 * ```ts
 * import { bestOfN } from 'rlhf-kit';
 *
 * const prompts = [{ proxy: [0.1, 0.9, 0.4, 0.3], gold: [0, 1, 1, 0] }]; // four answers to one prompt
 * for (const { n, proxy, gold } of bestOfN(prompts, [1, 2, 4])) console.log(n, proxy, gold);
 * ```
 */
export function bestOfN(prompts: readonly SampledAnswers[], ns: readonly number[]): BestOfNPoint[] {
  if (prompts.length === 0) throw new InputError('best-of-n: there are no prompts');
  const most = max([1, ...ns]);
  prompts.forEach(({ proxy, gold }, p) => {
    if (proxy.length < most) {
      throw new InputError(`best-of-n: prompt ${p} has ${proxy.length} answers, needs ${most}`);
    }
    if (gold !== undefined && gold.length !== proxy.length) {
      throw new InputError(`best-of-n: prompt ${p} has ${proxy.length} proxy scores, ${gold.length} gold`);
    }
  });
  const ordered = prompts.map(order);
  const goldKnown = prompts.every(({ gold }) => gold !== undefined);
  return ns.map((n) => ({
    n,
    kl: Math.log(n) - (n - 1) / n,
    proxy: mean(ordered.map(({ proxy }) => expectedAtMaximum(proxy, n))),
    ...(goldKnown && { gold: mean(ordered.map(({ gold }) => expectedAtMaximum(gold, n))) }),
  }));
}

/** Σᵢ C(i−1, n−1)/C(K, n) · xᵢ for values in ascending order of what is maximised. */
function expectedAtMaximum(values: readonly number[], n: number): number {
  const K = values.length;
  // C(K−1, n−1)/C(K, n) = n/K at the top; one step down multiplies by (i−n)/(i−1).
  let probability = n / K;
  let sum = 0;
  for (let i = K; i >= n; i--) {
    sum += probability * (values[i - 1] as number);
    probability *= i > 1 ? (i - n) / (i - 1) : 0;
  }
  return sum;
}

function order({ proxy, gold }: SampledAnswers): { proxy: number[]; gold: number[] } {
  const answers = proxy
    .map((score, i) => ({ score, gold: gold?.[i] ?? 0 }))
    .sort((a, b) => a.score - b.score);
  const ties = [...groupBy(answers, ({ score }) => score).values()];
  return {
    proxy: answers.map(({ score }) => score),
    gold: ties.flatMap((tied) => tied.map(() => mean(tied.map((answer) => answer.gold)))),
  };
}
