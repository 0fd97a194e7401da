/**
 * Prompts that cannot be answered well. The paper judges three axes with a trained model and rules: clear intent, clear
 * meaning, answerable. Rules see the plain cases only: nothing but a character or two (no intent), no letter or digit (no
 * meaning), one character over and over (neither).
 */
import { max } from 'simple-statistics';
import { groupBy } from '../group-by';
import type { Prompt, PromptRecord } from '../types';
import { split, type Split } from './split';

export interface PromptRules {
  /** Least characters, white space not counted. */
  readonly minPromptCharacters: number;
  /** Largest share that one character may have, in prompts of {@link leastForShare} characters and more. */
  readonly maxCharacterShare: number;
}

export type PromptProblem = 'tooShort' | 'noLetters' | 'repetitive';

/** Short prompts repeat characters by chance. */
const leastForShare = 8;

/** What is wrong with a prompt's last turn, or undefined when the rules see nothing. */
export function promptProblem(prompt: Prompt, rules: PromptRules): PromptProblem | undefined {
  const text = typeof prompt === 'string' ? prompt : (prompt.at(-1)?.content ?? '');
  const characters = [...text.replace(/\s+/gu, '')];
  if (characters.length < rules.minPromptCharacters) return 'tooShort';
  if (characters.length === 0) return undefined;
  if (!/[\p{L}\p{N}]/u.test(text)) return 'noLetters';
  if (characters.length >= leastForShare) {
    const counts = [...groupBy(characters, (character) => character).values()].map(({ length }) => length);
    if (max(counts) / characters.length > rules.maxCharacterShare) return 'repetitive';
  }
  return undefined;
}

/** Removes what is about prompts that break a rule. */
export function dropPoorPrompts<T extends PromptRecord>(rows: readonly T[], rules: PromptRules): Split<T> {
  const problems = new Map<string, PromptProblem | undefined>();
  return split(rows, ({ promptId, prompt }) => {
    if (!problems.has(promptId)) problems.set(promptId, promptProblem(prompt, rules));
    return problems.get(promptId) === undefined;
  });
}
