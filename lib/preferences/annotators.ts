/**
 * Simulated annotators: they turn the hidden utility of texts into votes with noise, ties, cycles and a liking for
 * length, so that everything after them can be tried where gold is known.
 */
import { InputError } from '../errors';
import type { Rng } from '../random';
import { readingLength } from '../reading-length';
import type { Candidate, Comparison, PromptRecord } from '../types';

/** One annotator's habits. */
export interface AnnotatorProfile {
  readonly name: string;
  /** How much utility one unit of logistic noise weighs: 0 sees everything, large sees nothing. Above 0. */
  readonly temperature: number;
  /** Log-odds that a text gains by being one `lengthScale` longer than the other. */
  readonly lengthBias: number;
  /** Differences (in log-odds, noise included) up to this are called a tie. */
  readonly tieThreshold: number;
}

/** Averages over a panel; each annotator has values of its own around them. */
export interface PanelOptions {
  readonly meanTemperature?: number;
  readonly meanLengthBias?: number;
  readonly meanTieThreshold?: number;
}

export interface VoteOptions {
  /** How many annotators of the panel judge each pair. */
  readonly votesPerPair: number;
  /** The length annotators feel; `readingLength` by default. */
  readonly length?: (text: string) => number;
  /** How much longer counts as one `lengthBias`; 40 by default, about one sentence. */
  readonly lengthScale?: number;
  /** Hidden utilities by criterion, e.g. `helpful`: annotators give a verdict on each of them too. */
  readonly criteria?: Readonly<Record<string, Utility>>;
}

/** Hidden utility of a text as the answer to a prompt. */
export type Utility = (promptId: string, text: string) => number;

/** A prompt with the responses to compare. */
export interface CandidateSet {
  readonly record: PromptRecord;
  readonly candidates: readonly Candidate[];
}

/**
 * `n` annotators around the given averages: temperature `mean · exp(0.3 z)`, length bias `mean · (1 + 0.4 z)`, tie
 * threshold `mean · (0.5 + u)`, with z standard normal and u uniform, drawn for each annotator.
 *
 * @example
 * ```ts
 * import { createRng, panel } from 'rlhf-kit';
 *
 * const annotators = panel(5, createRng(1), { meanLengthBias: 0 });
 * console.log(annotators.map(({ name, temperature }) => `${name}: ${temperature.toFixed(2)}`));
 * ```
 */
export function panel(n: number, rng: Rng, options: PanelOptions = {}): AnnotatorProfile[] {
  const { meanTemperature = 0.25, meanLengthBias = 1.5, meanTieThreshold = 0.5 } = options;
  return Array.from({ length: n }, (_, index) => {
    const own = rng.fork('annotator').fork(index);
    return {
      name: `annotator-${index + 1}`,
      temperature: meanTemperature * Math.exp(0.3 * own.normal()),
      lengthBias: meanLengthBias * (1 + 0.4 * own.normal()),
      tieThreshold: meanTieThreshold * (0.5 + own.uniform()),
    };
  });
}

/**
 * Every unordered pair of a prompt's candidates is judged by `votesPerPair` annotators drawn from the panel.
 * An annotator's impression of text x, for this pair, is
 * `v(x) = u(x) / temperature + lengthBias · length(x) / lengthScale + g(x)`, g standard Gumbel, the same for equal texts.
 * It votes a tie when |v(a) − v(b)| ≤ tieThreshold, else for the larger. The difference of two Gumbels is logistic, so
 * without ties P(a beats b) = σ of the impressions' noiseless difference: Bradley–Terry. Noise is drawn anew for every
 * pair, so votes over three candidates can form a cycle; equal texts always tie. Which text is shown as `a` is random.
 * Verdicts on criteria come about in the same way, from the utility of the criterion and noise of their own.
 *
 * @throws InputError when the panel is smaller than `votesPerPair` or a prompt has fewer than two candidates
 *
 * @example
 * ```ts
 * import { createRng, panel, simulateVotes } from 'rlhf-kit';
 *
 * const rng = createRng(1);
 * const candidates = ['Four.', 'Five, I think.'].map((text, i) => ({ responseId: `r${i}`, text }));
 * const asked = [{ record: { promptId: 'p1', prompt: 'What is 2 + 2?' }, candidates }];
 * const quality = (promptId: string, text: string) => (text.startsWith('Four') ? 1 : 0);
 * const votes = simulateVotes(asked, quality, panel(5, rng), { votesPerPair: 3 }, rng);
 * console.log(votes.map(({ annotator, winner }) => `${annotator}: ${winner}`));
 * ```
 */
export function simulateVotes(
  prompts: readonly CandidateSet[],
  utility: Utility,
  annotators: readonly AnnotatorProfile[],
  options: VoteOptions,
  rng: Rng,
): Comparison[] {
  const { votesPerPair, length = readingLength, lengthScale = 40, criteria = {} } = options;
  if (!(votesPerPair >= 1 && votesPerPair <= annotators.length)) {
    throw new InputError(
      `simulateVotes: votesPerPair must be 1 to ${annotators.length} (the panel), got ${votesPerPair}`,
    );
  }
  return prompts.flatMap(({ record, candidates }) => {
    if (candidates.length < 2) {
      throw new InputError(
        `simulateVotes: prompt ${record.promptId} must have at least 2 candidates, got ${candidates.length}`,
      );
    }
    const meritsOf = (of: Utility): number[] => candidates.map(({ text }) => of(record.promptId, text));
    const merits = meritsOf(utility);
    const criterionMerits = Object.entries(criteria).map(([name, of]) => [name, meritsOf(of)] as const);
    const sizes = candidates.map(({ text }) => length(text) / lengthScale);
    const votes: Comparison[] = [];
    candidates.forEach((first, i) => {
      candidates.slice(i + 1).forEach((second, offset) => {
        const j = i + 1 + offset;
        const pairRng = rng.fork(record.promptId).fork(`${first.responseId}|${second.responseId}`);
        for (const annotator of pairRng.fork('who').shuffle(annotators).slice(0, votesPerPair)) {
          const own = pairRng.fork(annotator.name);
          const swapped = own.fork('order').chance(0.5);
          const noiseOf = (rng: Rng): readonly [Rng, Rng] => [rng.fork(first.text), rng.fork(second.text)];
          const verdict = (worth: readonly number[], noise: readonly [Rng, Rng]): Comparison['winner'] => {
            const impression = (index: number, gumbel: Rng): number =>
              (worth[index] ?? 0) / annotator.temperature +
              annotator.lengthBias * (sizes[index] ?? 0) -
              Math.log(-Math.log(gumbel.uniform()));
            const difference = impression(i, noise[0]) - impression(j, noise[1]);
            if (Math.abs(difference) <= annotator.tieThreshold) return 'tie';
            return difference > 0 !== swapped ? 'a' : 'b';
          };
          // One stream a text for all criteria: streams are what voting takes its time for. Its name stays: another one gives other votes.
          const criterionNoise = noiseOf(own.fork('dimensions'));
          const verdicts = criterionMerits.map(([name, worth]) => [name, verdict(worth, criterionNoise)]);
          votes.push({
            ...record,
            a: swapped ? second : first,
            b: swapped ? first : second,
            winner: verdict(merits, noiseOf(own)),
            ...(verdicts.length > 0 && {
              verdicts: Object.fromEntries(verdicts) as NonNullable<Comparison['verdicts']>,
            }),
            annotator: annotator.name,
          });
        }
      });
    });
    return votes;
  });
}
