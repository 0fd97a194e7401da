/** The findings on README.md: five claims in a sentence each, their numbers and verdicts from the committed rows. */
import { InputError } from '../../errors';
import type { Interval } from '../../intervals';
import type { Experiment } from '../experiment';
import { judgeClaims, type JudgedClaim, type Verdict } from '../statistics/verdict';
import type { Marked } from './markers';
import { decimal, intervalText, signed } from '../../number-text';
import { bulletList } from './paragraph';

/** Where the sentences are in README.md. */
export const headlineMarkers: Marked = { name: 'findings', madeBy: '`npx rlhf-kit experiment summary`' };

/** What a claim compares: the means of both sides, their difference a − b, and its 95% interval. */
interface ClaimNumbers {
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  readonly ci: Interval;
}

interface Headline {
  readonly experiment: string;
  /** The claim, word for word as config.json has it. */
  readonly claim: string;
  /** The verdict that the sentence was written for. */
  readonly verdict: Verdict;
  readonly sentence: (numbers: ClaimNumbers) => string;
}

const three = (value: number): string => decimal(value, 3);
const points = (value: number): string => decimal(100 * value, 1);
const signedThree = (value: number): string => signed(value, 3);
const signedPoints = (value: number): string => signed(100 * value, 1);

export const headlines: readonly Headline[] = [
  {
    experiment: '02-length-debiasing',
    claim: 'Bucket balancing lowers the score–length correlation at equal quality',
    verdict: 'reproduced',
    sentence: ({ a, b, difference, ci }) =>
      `Length balancing works: at equal quality, the correlation of score and length falls from ${three(b)} to ${three(a)} (${signedThree(difference)} ${intervalText(ci, signedThree)}).`,
  },
  {
    experiment: '06-sft-loss',
    claim: 'With the term PPO forgets less',
    verdict: 'reproduced',
    sentence: ({ a, b, difference, ci }) =>
      `The SFT loss prevents forgetting: PPO loses ${points(a)} points of what SFT could do with it and ${points(b)} without (${signedPoints(difference)} ${intervalText(ci, signedPoints)}).`,
  },
  {
    experiment: '07-algorithms',
    claim: 'PPO wins more than DPO',
    verdict: 'contradicted',
    sentence: ({ a, b, difference, ci }) =>
      `The paper has PPO ahead of DPO. Here DPO leads: wins − losses over SFT are ${points(b)} points for DPO and ${points(a)} for PPO (${signedPoints(difference)} ${intervalText(ci, signedPoints)}).`,
  },
  {
    experiment: '04-reward-baseline',
    claim: 'With the reference as baseline the divergence grows more slowly',
    verdict: 'contradicted',
    sentence: ({ a, b, difference, ci }) =>
      `The paper has the KL grow more slowly with the reference baseline. Here the mean KL during training is ${three(a)} nats with it and ${three(b)} without (${signedThree(difference)} ${intervalText(ci, signedThree)}).`,
  },
  {
    experiment: '01-data-filter',
    claim: 'Without ties and cycles the reward model is more often right (high noise)',
    verdict: 'not shown',
    sentence: ({ a, b, difference, ci }) =>
      `Filtering out ties and cycles improves the labels but not measurably the reward model: its gold accuracy is ${three(a)} with the filter and ${three(b)} without (${signedThree(difference)} ${intervalText(ci, signedThree)}).`,
  },
];

/**
 * The sentences as a list, each with its verdict and a link; undefined where none of their experiments is.
 *
 * @throws {InputError} when a claim is gone, or its verdict is no longer the one that the sentence was written for.
 */
export function headlineList(experiments: readonly Experiment[]): string | undefined {
  const names = experiments.map(({ config }) => config.name);
  if (!headlines.some(({ experiment }) => names.includes(experiment))) return undefined;
  return bulletList(
    headlines.map((headline) => {
      const { claim, comparison } = judgedHeadline(experiments, headline);
      if (comparison === undefined || comparison.ci === null)
        throw new InputError(`headlines: ${headline.experiment}, '${claim.claim}' has no interval`);
      const [a, b] = comparison.means;
      const { difference, ci } = comparison;
      const { experiment, verdict, sentence } = headline;
      return `**${verdict[0]?.toUpperCase()}${verdict.slice(1)}** ([${experiment}](experiments/${experiment}/README.md)). ${sentence({ a, b, difference, ci })}`;
    }),
  );
}

function judgedHeadline(experiments: readonly Experiment[], headline: Headline): JudgedClaim {
  const { experiment: name, claim: text, verdict } = headline;
  const experiment = experiments.find(({ config }) => config.name === name);
  const judged = experiment && judgeClaims(experiment).find(({ claim }) => claim.claim === text);
  if (judged === undefined) throw new InputError(`headlines: no experiment ${name} with the claim '${text}'`);
  if (judged.verdict !== verdict)
    throw new InputError(
      `headlines: ${name}, '${text}' was ${verdict} when its sentence was written and is ${judged.verdict} now; rewrite the sentence`,
    );
  return judged;
}
