/** Answers that cannot be compared because their texts are equal or missing. White space at the ends does not count. */
import { answerText } from '../distinct-ids';
import type { Candidate, Comparison } from '../types';
import { split, type Split } from './split';

/** Gives answers to one prompt with equal texts one response id, the first one's: their votes then count together. */
export function mergeEqualAnswers(votes: readonly Comparison[]): Comparison[] {
  const idOf = new Map<string, string>();
  const merged = (promptId: string, candidate: Candidate): Candidate => {
    const { responseId, text } = candidate;
    const key = JSON.stringify([promptId, answerText({ ...candidate, text: text.trim() })]);
    const known = idOf.get(key);
    if (known === undefined) idOf.set(key, responseId);
    return { ...candidate, responseId: known ?? responseId };
  };
  return votes.map((vote) => ({
    ...vote,
    a: merged(vote.promptId, vote.a),
    b: merged(vote.promptId, vote.b),
  }));
}

/** Removes votes between two answers of the same text. */
export function dropIdenticalAnswers(votes: readonly Comparison[]): Split<Comparison> {
  return split(votes, ({ a, b }) => a.text.trim() !== b.text.trim());
}

/** Removes votes in which an answer has no text. */
export function dropEmptyAnswers(votes: readonly Comparison[]): Split<Comparison> {
  return split(votes, ({ a, b }) => a.text.trim() !== '' && b.text.trim() !== '');
}
