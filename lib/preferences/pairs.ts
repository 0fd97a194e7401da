/** pairs.jsonl: preference pairs as TRL's DPO and reward trainers read them, with the kit's own fields beside. */
import { writeJsonLines } from '../files';
import type { Message, PreferencePair } from '../types';

/** A line of pairs.jsonl: conversational when the prompt is messages, plain strings otherwise. */
export type PairRow = Omit<PreferencePair, 'chosen' | 'rejected' | 'chosenContext' | 'rejectedContext'> & {
  readonly chosen: string | readonly Message[];
  readonly rejected: string | readonly Message[];
};

/** A pair in TRL's preference layout with an explicit prompt. */
function toPairRow(pair: PreferencePair): PairRow {
  if (typeof pair.prompt === 'string') return pair;
  const { chosenContext = [], rejectedContext = [], ...rest } = pair;
  const answer = (content: string): Message => ({ role: 'assistant', content });
  return {
    ...rest,
    chosen: [...chosenContext, answer(pair.chosen)],
    rejected: [...rejectedContext, answer(pair.rejected)],
  };
}

/**
 * Writes pairs.jsonl; `readPairs` reads it back unchanged.
 *
 * @example
 * ```ts
 * import { readPairs, writePairs } from 'rlhf-kit';
 *
 * const pairs = await readPairs('runs/start/filter/pairs.jsonl');
 * writePairs(
 *   'short.jsonl',
 *   pairs.filter(({ chosen }) => chosen.length <= 200),
 * );
 * ```
 */
export function writePairs(path: string, pairs: Iterable<PreferencePair>): void {
  writeJsonLines(
    path,
    (function* () {
      for (const pair of pairs) yield toPairRow(pair);
    })(),
  );
}
