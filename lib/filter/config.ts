/** Configuration of the filter. */
import type { FieldTable } from '../config';
import { cyclePolicies, type CyclePolicy } from './cycles';
import { labelRules, type LabelRule } from './labels';
import { tiePolicies, type TiePolicy } from './ties';

export interface FilterConfig {
  readonly label: LabelRule;
  readonly ties: TiePolicy;
  readonly cycles: CyclePolicy;
  readonly checkTexts: boolean;
  readonly minPromptCharacters: number;
  readonly maxCharacterShare: number;
}

export const filterFields: FieldTable<FilterConfig> = {
  label: {
    doc: 'what makes the label of votes: most wins, or the most frequent of a, b and tie',
    type: labelRules,
    default: 'wins',
    source: 'ours',
  },
  ties: {
    doc: 'what happens to items without a preferred answer: drop them, or let a coin choose',
    type: tiePolicies,
    default: 'drop',
    source: 'ChatGLM-RLHF',
  },
  cycles: {
    doc: 'what happens to preferences in a cycle: drop all, drop the weakest until none is left, or take the answers of a cycle for one, or keep all',
    type: cyclePolicies,
    default: 'drop',
    source: 'ChatGLM-RLHF; ours where it is silent',
  },
  checkTexts: {
    doc: 'take answers with equal texts for one, and remove votes on identical or empty answers',
    type: 'boolean',
    default: false,
    source: 'ours',
  },
  minPromptCharacters: {
    doc: 'shorter prompts are removed; white space does not count',
    type: 'integer',
    default: 2,
    min: 0,
    unit: 'characters',
    source: 'ours',
  },
  maxCharacterShare: {
    doc: 'prompts of 8 characters and more in which one character takes a larger share are removed; 1 removes none',
    type: 'number',
    default: 0.7,
    min: 0,
    max: 1,
    source: 'ours',
  },
};
