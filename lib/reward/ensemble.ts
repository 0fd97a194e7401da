/** Several reward models as one scorer that does not trust what they disagree about. */
import { InputError } from '../errors';
import type { Scorer, Scores, ScoresInParts } from '../types';

/**
 * Score of an ensemble: mean − λ·s, with s the standard deviation Σ(r − r̄)²/M of the M members' scores under its root. The members
 * should differ in the seed of their training. `inParts` tells s as `disagreement`. Bradley–Terry scores have no zero of their own:
 * the L2 term of the loss (`scoreL2Coefficient`) keeps that of all members in one place, without it a shift between them counts as
 * disagreement.
 *
 * @param penalty λ ≥ 0; at 0 the score is the mean.
 * @throws {InputError} for fewer than two members or a negative penalty.
 * @see Coste et al. 2023, section 3 (arXiv:2310.02743), who take the variance for s.
 *
 * @example
 * ```ts
 * import { ensembleScorer, loadModel, rewardScorer, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const options = { maxPromptTokens: 512, maxResponseTokens: 512, batchSize: 32 };
 * const folders = ['runs/reward-1/model', 'runs/reward-2/model'];
 * const members = folders.map((folder) => rewardScorer(loadModel(folder), options));
 * const score = ensembleScorer(members, 0.5);
 * console.log(await score([{ promptId: 'mine', prompt: 'What is 2 + 2?', response: '4' }]));
 * ```
 */
export function ensembleScorer(members: readonly Scorer[], penalty: number): Scorer {
  if (members.length < 2) {
    throw new InputError(`reward ensemble: there must be 2 or more reward models, got ${members.length}`);
  }
  if (!(penalty >= 0)) throw new InputError(`reward ensemble: the penalty must be ≥ 0, got ${penalty}`);
  const inParts: Scorer['inParts'] = async (inputs): Promise<ScoresInParts> => {
    const all: Scores[] = [];
    // One after the other: each has a batch in memory.
    for (const member of members) all.push(await member(inputs));
    const scores = new Float32Array(inputs.length);
    const disagreement = new Float32Array(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const own = all.map((row) => row[i] as number);
      const mean = own.reduce((sum, score) => sum + score, 0) / own.length;
      const spread = Math.sqrt(own.reduce((sum, score) => sum + (score - mean) ** 2, 0) / own.length);
      scores[i] = mean - penalty * spread;
      disagreement[i] = spread;
    }
    return { scores, parts: { disagreement } };
  };
  return Object.assign(async (inputs: Parameters<Scorer>[0]) => (await inParts(inputs)).scores, { inParts });
}
