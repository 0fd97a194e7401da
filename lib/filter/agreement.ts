/** How far annotators agree: with each other, with the rest, beyond chance. */
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
  const expected = choices.reduce((sum, choice) => sum + totals[choice] * (n - totals[choice]), 0);
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
  const tables = new Map<string, { names: [string, string]; verdicts: [Choice, Choice][] }>();
  for (const { votes } of items) {
    for (const pair of pairsOf(votes)) {
      const [one, other] = pair[0].annotator < pair[1].annotator ? pair : [pair[1], pair[0]];
      const key = JSON.stringify([one.annotator, other.annotator]);
      const table = tables.get(key) ?? { names: [one.annotator, other.annotator], verdicts: [] };
      table.verdicts.push([one.choice, other.choice]);
      tables.set(key, table);
    }
  }
  return [...tables.values()]
    .map(({ names, verdicts }): KappaRow => {
      const n = verdicts.length;
      const rate = (side: 0 | 1, choice: Choice): number =>
        verdicts.filter((verdict) => verdict[side] === choice).length / n;
      const observed = verdicts.filter(([one, other]) => one === other).length / n;
      const chance = choices.reduce((sum, choice) => sum + rate(0, choice) * rate(1, choice), 0);
      const kappa = chance === 1 ? null : (observed - chance) / (1 - chance);
      return { annotators: names, items: n, agreement: observed, kappa };
    })
    .sort((one, other) => other.items - one.items);
}

/** Votes, tie rate and leave-one-out agreement of each annotator; those with most votes first. */
export function annotatorRows(items: readonly Item[], rule: LabelRule): AnnotatorRow[] {
  const tallies = new Map<string, { votes: number; ties: number; shared: number; agree: number }>();
  for (const { votes } of items) {
    for (const { annotator, choice } of votes) {
      const tally = tallies.get(annotator) ?? { votes: 0, ties: 0, shared: 0, agree: 0 };
      tallies.set(annotator, tally);
      tally.votes++;
      if (choice === 'tie') tally.ties++;
      const others = votes.filter((vote) => vote.annotator !== annotator);
      if (others.length === 0) continue;
      tally.shared++;
      if (labelOf(others, rule) === choice) tally.agree++;
    }
  }
  return [...tallies]
    .map(([annotator, { votes, ties, shared, agree }]) => ({
      annotator,
      votes,
      tieRate: ties / votes,
      sharedVotes: shared,
      leaveOneOutAgreement: share(agree, shared),
    }))
    .sort((one, other) => other.votes - one.votes);
}

/** Items with at least two votes, and how many of them have equal verdicts only. */
export function unanimity(items: readonly Item[]): { judgedTwice: number; unanimous: number } {
  const judgedTwice = items.filter(({ votes }) => votes.length > 1);
  const unanimous = judgedTwice.filter(({ votes }) => new Set(votes.map(({ choice }) => choice)).size === 1);
  return { judgedTwice: judgedTwice.length, unanimous: unanimous.length };
}

function* pairsOf(votes: readonly ItemVote[]): Generator<[ItemVote, ItemVote]> {
  for (const [i, one] of votes.entries()) {
    for (const other of votes.slice(i + 1)) if (one.annotator !== other.annotator) yield [one, other];
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
