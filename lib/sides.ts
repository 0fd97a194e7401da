/** What each side of a pair answers: the prompt and, where the sides' conversations part before the answers, its own turns. */
import type { Message, PreferencePair, Prompt } from './types';

type Conversations = Pick<PreferencePair, 'prompt' | 'chosenContext' | 'rejectedContext'>;

/** The prompt followed by the turns of one side. */
export function withContext(prompt: Prompt, context: readonly Message[] | undefined): Prompt {
  if (context === undefined || context.length === 0) return prompt;
  return [
    ...(typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : prompt),
    ...context,
  ];
}

/** What the chosen and the rejected answer answer. */
export function sidePrompts({ prompt, chosenContext, rejectedContext }: Conversations): {
  readonly chosen: Prompt;
  readonly rejected: Prompt;
} {
  return { chosen: withContext(prompt, chosenContext), rejected: withContext(prompt, rejectedContext) };
}
