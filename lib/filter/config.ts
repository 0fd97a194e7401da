/** Configuration of the filter. */
import * as field from '../fields';
import { cyclePolicies } from './cycles';
import { labelRules } from './labels';
import { tiePolicies } from './ties';

export const filterFields = {
  label: field.choice(
    labelRules,
    'what makes the label of votes: most wins, or the most frequent of a, b and tie',
    { default: 'wins', source: 'ours' },
  ),
  ties: field.choice(
    tiePolicies,
    'what happens to items without a preferred answer: drop them, or let a coin choose',
    { default: 'drop', source: 'ChatGLM-RLHF' },
  ),
  cycles: field.choice(
    cyclePolicies,
    'what happens to preferences in a cycle: drop all, drop the weakest until none is left, or take the answers of a cycle for one, or keep all',
    { default: 'drop', source: 'ChatGLM-RLHF; ours where it is silent' },
  ),
  checkTexts: field.boolean(
    'take answers with equal texts for one, and remove votes on identical or empty answers',
    { default: false, source: 'ours' },
  ),
  minPromptCharacters: field.integer('shorter prompts are removed; white space does not count', {
    default: 2,
    min: 0,
    unit: 'characters',
    source: 'ours',
  }),
  maxCharacterShare: field.number(
    'prompts of 8 characters and more in which one character takes a larger share are removed; 1 removes none',
    { default: 0.7, min: 0, max: 1, source: 'ours' },
  ),
};

export type FilterConfig = field.ConfigOf<typeof filterFields>;
