/**
 * The whole filter: prompt rules → equal and empty answers → duplicates → contradictions → items and labels → ties →
 * cycles → pairs, with an account of every vote and every item. Departs from the paper in that it starts from single votes
 * where there are several.
 */
import { sum } from 'simple-statistics';
import { answerText, distinctPromptIds, withDistinctIds } from '../distinct-ids';
import { groupBy } from '../group-by';
import type { Candidate, Comparison, Message, PreferencePair } from '../types';
import { annotatorRows, cohenKappas, krippendorffAlpha, unanimity, votePairAgreement } from './agreement';
import type { FilterConfig } from './config';
import { dropContradictoryVotes } from './contradictions';
import { countCyclicTriples, cyclicEdges, edgesToRemove } from './cycles';
import { dropDuplicateVotes } from './duplicates';
import { dropEmptyAnswers, dropIdenticalAnswers, mergeEqualAnswers } from './identical';
import { countChoices, criterionLabels, sidesOf, type LabelRule, type Preference } from './labels';
import { estimateNoiseCeiling } from './noise-ceiling';
import { edgeOf } from './preference-graph';
import { dropPoorPrompts } from './prompt-quality';
import type { FilterReport } from './report';
import type { Split } from './split';
import { longerPreferred, pairStatistics, type CountTokens } from './statistics';
import { splitTies, tossCoin } from './ties';
import { itemsOf } from './votes';

export interface FilterResult {
  readonly pairs: readonly PreferencePair[];
  readonly report: FilterReport;
}

/**
 * Votes → pairs with a preferred answer.
 *
 * @param countTokens measures texts for the statistics; words and ideographs when absent.
 *
 * @example
 * ```ts
 * import { filterFields, filterVotes, parseConfig, readComparisons, writePairs } from 'rlhf-kit';
 *
 * const votes = await readComparisons('runs/start/preferences/votes.jsonl');
 * const config = parseConfig('filter', filterFields, { cycles: 'weakest' });
 * const { pairs, report } = filterVotes(votes, config);
 * writePairs('pairs.jsonl', pairs);
 * console.log(`${report.kept} pairs, ${report.promptsWithCycles} prompts with a cycle`);
 * ```
 */
export function filterVotes(
  votes: readonly Comparison[],
  config: FilterConfig,
  countTokens?: CountTokens,
): FilterResult {
  const { pairs, report } = runVerbs(votes, config, countTokens);
  return { pairs, report: { source: 'votes', ...report } };
}

/**
 * The same for pairs that are already labelled: each counts as one vote of one annotator, and answers are told apart by
 * their texts. So a repeated pair is a duplicate, a > b beside b > a a contradiction, and a > b > c > a a cycle. Kept
 * pairs come back as they were given.
 *
 * @example
 * ```ts
 * import { filterFields, filterPairs, parseConfig, readPairs } from 'rlhf-kit';
 *
 * const pairs = await readPairs('pairs.jsonl');
 * const { report } = filterPairs(pairs, parseConfig('filter', filterFields, {}));
 * console.log(`${report.kept} of ${pairs.length} pairs are left`);
 * ```
 */
export function filterPairs(
  pairs: readonly PreferencePair[],
  config: FilterConfig,
  countTokens?: CountTokens,
): FilterResult {
  const given = new Map<string, PreferencePair>();
  const prompts = distinctPromptIds();
  const votes = pairs.map(prompts.rename).map((pair): Comparison => {
    const { promptId, prompt, chosen, rejected, chosenContext, rejectedContext } = pair;
    const key = pairKey(pair);
    if (!given.has(key)) given.set(key, pair);
    return {
      promptId,
      prompt,
      a: candidateOf(chosen, chosenContext),
      b: candidateOf(rejected, rejectedContext),
      winner: 'a',
      annotator: 'label',
    };
  });
  const result = runVerbs(votes, config, countTokens);
  const kept = result.pairs.map((pair) => given.get(pairKey(pair)) as PreferencePair);
  const renamedIds = { prompts: prompts.renamed(), responses: 0 };
  return { pairs: kept, report: { source: 'pairs', ...result.report, renamedIds } };
}

function pairKey({ promptId, chosen, rejected, chosenContext, rejectedContext }: PreferencePair): string {
  return JSON.stringify([promptId, chosen, rejected, chosenContext, rejectedContext]);
}

function candidateOf(text: string, context: readonly Message[] | undefined): Candidate {
  const said = { text, ...(context !== undefined && { context }) };
  return { responseId: answerText(said), ...said };
}

function runVerbs(
  given: readonly Comparison[],
  config: FilterConfig,
  countTokens: CountTokens | undefined,
): { pairs: readonly PreferencePair[]; report: Omit<FilterReport, 'source'> } {
  // 1. votes
  const { votes, renamed: renamedIds } = withDistinctIds(given);
  let counted: readonly Comparison[] = config.checkTexts ? mergeEqualAnswers(votes) : votes;
  const removedVotes: Record<string, number> = {};
  const apply = (reason: string, verb: (rows: readonly Comparison[]) => Split<Comparison>): void => {
    const { kept, removed } = verb(counted);
    removedVotes[reason] = removed.length;
    counted = kept;
  };
  apply('poorPrompt', (rows) => dropPoorPrompts(rows, config));
  if (config.checkTexts) {
    apply('emptyAnswer', dropEmptyAnswers);
    apply('identicalAnswers', dropIdenticalAnswers);
  }
  apply('duplicate', dropDuplicateVotes);
  apply('contradictory', dropContradictoryVotes);

  // 2. items
  const items = itemsOf(counted);
  const { strict, ties } = splitTies(items, config.label);

  // 3. graph
  const labelled = config.ties === 'coin' ? [...strict, ...ties.map(tossCoin)] : strict;
  const prompts = [...groupBy(labelled, ({ item }) => item.record.promptId).values()].map((preferences) => {
    const edges = preferences.map(edgeOf);
    const removed = new Set(edgesToRemove(edges, config.cycles));
    return {
      triples: countCyclicTriples(edges),
      cyclic: cyclicEdges(edges).length,
      kept: preferences.filter((_, i) => !removed.has(i)),
    };
  });
  const kept = prompts.flatMap((prompt) => prompt.kept);

  // 4. pairs and report
  const pairs = kept.map((preference) => toPair(preference, config.label));
  return {
    pairs,
    report: {
      label: config.label,
      cycles: config.cycles,
      votes: votes.length,
      tieVotes: votes.filter(({ winner }) => winner === 'tie').length,
      prompts: new Set(votes.map(({ promptId }) => promptId)).size,
      annotators: new Set(votes.map(({ annotator }) => annotator)).size,
      items: items.length,
      strictItems: strict.length,
      tieItems: ties.length,
      cyclicTriples: sum(prompts.map(({ triples }) => triples)),
      promptsWithCycles: prompts.filter(({ cyclic }) => cyclic > 0).length,
      cyclicEdges: sum(prompts.map(({ cyclic }) => cyclic)),
      kept: pairs.length,
      alpha: krippendorffAlpha(items),
      longerPreferred: longerPreferred(counted),
      noiseCeiling: estimateNoiseCeiling(items, kept),
      comparisons: votes.length,
      ties: ties.length,
      cyclic: labelled.length - kept.length,
      duplicates: removedVotes['duplicate'] ?? 0,
      renamedIds,
      unusable: pairs.filter(isUnusable).length,
      account: {
        votes: { read: votes.length, ...removedVotes, counted: counted.length },
        items: {
          compared: items.length,
          tie: items.length - labelled.length,
          cyclic: labelled.length - kept.length,
          kept: kept.length,
        },
      },
      agreement: {
        ...unanimity(items),
        ...votePairAgreement(items),
        annotators: annotatorRows(items, config.label),
        kappas: cohenKappas(items),
      },
      statistics: pairStatistics(pairs, countTokens),
    },
  };
}

/** `margin` is the share of votes for the chosen answer above one half, a tie being half a vote for each. */
function toPair(preference: Preference, rule: LabelRule): PreferencePair {
  const { winner, loser } = sidesOf(preference);
  const labels = Object.entries(criterionLabels(preference.item.votes, rule));
  const { first, second, tie } = countChoices(preference.item.votes);
  return {
    ...preference.item.record,
    chosen: winner.text,
    rejected: loser.text,
    ...(winner.context !== undefined && { chosenContext: winner.context }),
    ...(loser.context !== undefined && { rejectedContext: loser.context }),
    margin: preference.winMargin / (2 * (first + second + tie)),
    chosenId: winner.responseId,
    rejectedId: loser.responseId,
    ...(labels.length > 0 && {
      verdicts: Object.fromEntries(
        labels.map(([criterion, label]) => [
          criterion,
          label === 'tie' ? label : label === preference.chosen ? 'chosen' : 'rejected',
        ]),
      ),
    }),
  };
}

/** A pair that no ranking loss can use. */
function isUnusable({ chosen, rejected }: PreferencePair): boolean {
  return chosen.trim() === rejected.trim() || chosen.trim() === '' || rejected.trim() === '';
}
