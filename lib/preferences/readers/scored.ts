/** Several answers with a number each: every two of them are a vote for the higher one, a tie where the numbers are equal. */
import type { Candidate, Comparison, Prompt, PromptTags } from '../../types';

export interface ScoredAnswer extends Candidate {
  readonly score: number;
}

export function votesOfScores(
  tags: PromptTags,
  prompt: Prompt,
  answers: readonly ScoredAnswer[],
  annotator: string,
): Comparison[] {
  return answers.flatMap((one, i) =>
    answers.slice(i + 1).map((other): Comparison => ({
      ...tags,
      prompt,
      a: { responseId: one.responseId, text: one.text },
      b: { responseId: other.responseId, text: other.text },
      winner: one.score === other.score ? 'tie' : one.score > other.score ? 'a' : 'b',
      annotator,
    })),
  );
}
