/** How far annotators agree: with each other, with the rest, beyond chance. */
import { sum } from 'simple-statistics';
import { groupBy } from '../group-by';
import { labelOf, type LabelRule } from './labels';
import type { Choice, Item, ItemVote } from './votes';

/** How often two votes of different annotators on one item agree. */
export interface VotePairAgreement {
  /** Pairs of votes; every pair of an item counts once. */
  readonly votePairs: number;
  /** Share that agree among first, second, tie. Null without pairs. */
  readonly agreement: number | null;
  /** Pairs in which neither vote is a tie, and the share of them that agree. */
  readonly strictVotePairs: number;
  readonly strictAgreement: number | null;
}

export interface KappaRow {
  readonly annotators: readonly [string, string];
  /** Items that both judged. */
  readonly items: number;
  readonly agreement: number;
  /** Cohen's kappa; null where chance alone explains full agreement. */
  readonly kappa: number | null;
}

export interface AnnotatorRow {
  readonly annotator: string;
  readonly votes: number;
  readonly tieRate: number;
  /** Votes on items that others judged too, and the share that equal the label of those others. */
  readonly sharedVotes: number;
  readonly leaveOneOutAgreement: number | null;
}

const choices: readonly Choice[] = ['first', 'second', 'tie'];

/**
 * Krippendorff's alpha for nominal verdicts: 1 − (n − 1) · Σ_{c≠k} o_ck / Σ_{c≠k} n_c n_k, with coincidences
 * o_ck = Σ_items (ordered pairs of votes c, k) / (m − 1), n_c their row sums, n their total, m the votes of an item. Items
 * with one vote do not count; 1 is full agreement, 0 is chance.
 *
 * @returns null when no item has two votes, or all verdicts are equal.
 * @see Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".
 */
export function krippendorffAlpha(items: readonly Item[]): number | null {
  const totals = { first: 0, second: 0, tie: 0 };
  let disagreement = 0;
  for (const { votes } of items) {
    const m = votes.length;
    if (m < 2) continue;
    const counts = { first: 0, second: 0, tie: 0 };
    for (const { choice } of votes) counts[choice]++;
    for (const choice of choices) {
      totals[choice] += counts[choice];
      disagreement += (counts[choice] * (m - counts[choice])) / (m - 1);
    }
  }
  const n = totals.first + totals.second + totals.tie;
  const expected = sum(choices.map((choice) => totals[choice] * (n - totals[choice])));
  return expected === 0 ? null : 1 - ((n - 1) * disagreement) / expected;
}

/** Agreement over all pairs of votes on the same item by different annotators. */
export function votePairAgreement(items: readonly Item[]): VotePairAgreement {
  let votePairs = 0;
  let agree = 0;
  let strictVotePairs = 0;
  let strictAgree = 0;
  for (const { votes } of items) {
    for (const [one, other] of pairsOf(votes)) {
      const equal = one.choice === other.choice ? 1 : 0;
      votePairs++;
      agree += equal;
      if (one.choice === 'tie' || other.choice === 'tie') continue;
      strictVotePairs++;
      strictAgree += equal;
    }
  }
  return {
    votePairs,
    agreement: share(agree, votePairs),
    strictVotePairs,
    strictAgreement: share(strictAgree, strictVotePairs),
  };
}

/**
 * Cohen's kappa of every two annotators who share items: (p_o − p_e) / (1 − p_e), p_o the share of equal verdicts, p_e the
 * share that their own rates of first, second and tie would give by chance.
 *
 * @returns pairs with the most common items first.
 * @see Cohen 1960, "A coefficient of agreement for nominal scales".
 */
export function cohenKappas(items: readonly Item[]): KappaRow[] {
  const common = items.flatMap(({ votes }) => [...pairsOf(votes)].map(byName));
  const tables = groupBy(common, ([one, other]) => JSON.stringify([one.annotator, other.annotator]));
  return [...tables.values()]
    .map((pairs): KappaRow => {
      const [one, other] = pairs[0] as VotePair;
      const n = pairs.length;
      const rate = (side: 0 | 1, choice: Choice): number =>
        pairs.filter((pair) => pair[side].choice === choice).length / n;
      const observed = pairs.filter(([a, b]) => a.choice === b.choice).length / n;
      const chance = sum(choices.map((choice) => rate(0, choice) * rate(1, choice)));
      const kappa = chance === 1 ? null : (observed - chance) / (1 - chance);
      return { annotators: [one.annotator, other.annotator], items: n, agreement: observed, kappa };
    })
    .sort((one, other) => other.items - one.items);
}

/** Votes, tie rate and leave-one-out agreement of each annotator; those with most votes first. */
export function annotatorRows(items: readonly Item[], rule: LabelRule): AnnotatorRow[] {
  const given = items.flatMap(({ votes }) =>
    votes.map((vote) => ({ ...vote, others: votes.filter(({ annotator }) => annotator !== vote.annotator) })),
  );
  return [...groupBy(given, ({ annotator }) => annotator)]
    .map(([annotator, own]) => {
      const shared = own.filter(({ others }) => others.length > 0);
      const agree = shared.filter(({ others, choice }) => labelOf(others, rule) === choice);
      return {
        annotator,
        votes: own.length,
        tieRate: own.filter(({ choice }) => choice === 'tie').length / own.length,
        sharedVotes: shared.length,
        leaveOneOutAgreement: share(agree.length, shared.length),
      };
    })
    .sort((one, other) => other.votes - one.votes);
}

/** Items with at least two votes, and how many of them have equal verdicts only. */
export function unanimity(items: readonly Item[]): { judgedTwice: number; unanimous: number } {
  const judgedTwice = items.filter(({ votes }) => votes.length > 1);
  const unanimous = judgedTwice.filter(({ votes }) => new Set(votes.map(({ choice }) => choice)).size === 1);
  return { judgedTwice: judgedTwice.length, unanimous: unanimous.length };
}

type VotePair = readonly [ItemVote, ItemVote];

/** A pair with the annotators in order. */
function byName([one, other]: VotePair): VotePair {
  return one.annotator < other.annotator ? [one, other] : [other, one];
}

function* pairsOf(votes: readonly ItemVote[]): Generator<VotePair> {
  for (const [i, one] of votes.entries()) {
    for (const other of votes.slice(i + 1)) if (one.annotator !== other.annotator) yield [one, other];
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
