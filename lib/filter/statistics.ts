/** The paper's table of a preference set (rows, turns, tokens of history, prompt and response), and the liking for length. */
import { mean, sum } from 'simple-statistics';
import { sidePrompts } from '../sides';
import type { Comparison, PreferencePair, Prompt } from '../types';

/** Measures a text. Tokens of a tokenizer, or words and ideographs. */
export type CountTokens = (text: string) => number;

/** Means over rows; where the sides of a row answer different conversations, over both. */
export interface PairStatistics {
  readonly rows: number;
  readonly prompts: number;
  /** Turns of the user in the prompt. */
  readonly turns: number;
  /** Everything before the user's last turn; 0 for single turns. */
  readonly historyTokens: number;
  readonly promptTokens: number;
  /** Mean of both answers, then each. */
  readonly responseTokens: number;
  readonly chosenTokens: number;
  readonly rejectedTokens: number;
}

/** An ideograph, kana or hangul syllable; a run of digits; a sign; any other run of letters. */
const words =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]|\p{N}+|[^\p{L}\p{N}\s]|[^\P{L}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]+/gu;

/** Tokens without a tokenizer: words, numbers and signs count one each, and so does each character of Chinese, Japanese or Korean. */
export function countWords(text: string): number {
  return text.match(words)?.length ?? 0;
}

/** @returns the table of the pairs; all 0 when there are none. */
export function pairStatistics(
  pairs: readonly PreferencePair[],
  countTokens: CountTokens = countWords,
): PairStatistics {
  const meanOf = (measure: (pair: PreferencePair) => number): number =>
    pairs.length === 0 ? 0 : mean(pairs.map(measure));
  const meanOfPrompts = (measure: (prompt: Prompt) => number): number =>
    meanOf((pair) => mean(Object.values(sidePrompts(pair)).map(measure)));
  const chosenTokens = meanOf(({ chosen }) => countTokens(chosen));
  const rejectedTokens = meanOf(({ rejected }) => countTokens(rejected));
  return {
    rows: pairs.length,
    prompts: new Set(pairs.map(({ promptId }) => promptId)).size,
    turns: meanOfPrompts(userTurns),
    historyTokens: meanOfPrompts((prompt) =>
      typeof prompt === 'string' ? 0 : sum(prompt.slice(0, -1).map(({ content }) => countTokens(content))),
    ),
    promptTokens: meanOfPrompts((prompt) =>
      countTokens(typeof prompt === 'string' ? prompt : lastTurn(prompt)),
    ),
    responseTokens: (chosenTokens + rejectedTokens) / 2,
    chosenTokens,
    rejectedTokens,
  };
}

function userTurns(prompt: Prompt): number {
  return typeof prompt === 'string' ? 1 : prompt.filter(({ role }) => role === 'user').length;
}

function lastTurn(prompt: Exclude<Prompt, string>): string {
  return prompt.at(-1)?.content ?? '';
}

/**
 * Share of votes for the longer answer, in characters, among votes that are no ties on answers of different length. Above
 * one half, length is liked for itself or goes with quality; the votes alone cannot tell.
 *
 * @returns null when there is no such vote.
 */
export function longerPreferred(votes: readonly Comparison[]): number | null {
  let longer = 0;
  let counted = 0;
  for (const { a, b, winner } of votes) {
    const difference = [...a.text].length - [...b.text].length;
    if (winner === 'tie' || difference === 0) continue;
    counted++;
    if (difference > 0 === (winner === 'a')) longer++;
  }
  return counted === 0 ? null : longer / counted;
}

/** How often the longer of two answers wins, where their lengths differ by a certain amount. */
export interface LengthPreferenceBin {
  /** Characters, from the first to the last difference in the bin. */
  readonly from: number;
  readonly to: number;
  /** Mean difference, in characters. */
  readonly difference: number;
  /** Share of votes for the longer answer. */
  readonly longerPreferred: number;
  readonly votes: number;
}

/**
 * Share of votes for the longer answer, in bins of equally many votes by difference in length: length bias grows with it.
 *
 * @param bins the most there may be; votes of equal difference stay together.
 */
export function longerPreferredByDifference(
  votes: readonly Comparison[],
  bins: number,
): LengthPreferenceBin[] {
  const measured = votes
    .flatMap(({ a, b, winner }) => {
      const difference = [...a.text].length - [...b.text].length;
      if (winner === 'tie' || difference === 0) return [];
      return [{ size: Math.abs(difference), longerWins: difference > 0 === (winner === 'a') }];
    })
    .sort((one, other) => one.size - other.size);
  const filled: (typeof measured)[] = [];
  measured.forEach((vote, i) => {
    const bin = filled.at(-1);
    const isDue = Math.floor((i * bins) / measured.length) >= filled.length;
    if (bin === undefined || (isDue && bin.at(-1)?.size !== vote.size)) filled.push([vote]);
    else bin.push(vote);
  });
  return filled.map((rows) => ({
    from: rows[0]?.size as number,
    to: rows.at(-1)?.size as number,
    difference: mean(rows.map(({ size }) => size)),
    longerPreferred: rows.filter(({ longerWins }) => longerWins).length / rows.length,
    votes: rows.length,
  }));
}
