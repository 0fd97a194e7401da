/** One side of a vote on conversations of several turns. */
import type { Candidate, Message } from '../../types';

/** The last answer of a model, and what it had said and been asked after the first question. */
export function lastAnswer(
  questions: readonly string[],
  answers: readonly string[],
): Omit<Candidate, 'responseId'> {
  const context = answers.slice(0, -1).flatMap((answer, i): Message[] => [
    { role: 'assistant', content: answer },
    { role: 'user', content: questions[i + 1] as string },
  ]);
  return { text: answers.at(-1) as string, ...(context.length > 0 && { context }) };
}
