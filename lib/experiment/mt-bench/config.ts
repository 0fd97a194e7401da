/** The configuration of a condition on MT-bench. Texts are cut so that a condition takes about a minute on a core. */
import { parseConfig } from '../../config';
import * as field from '../../fields';
import { filterFields } from '../../filter/config';
import { rewardFields } from '../../reward/config';
import { givenModelField, rewardTraining } from '../given/start';

/** MT-bench: votes of people on the answers of six models. */
export const votesFields = {
  data: field.choice(['mt-bench'], 'what the experiment is on'),
  seed: field.integer('seed of every random number', { min: 0 }),
  model: givenModelField,
  heldOutQuestions: field.integer(
    'questions, both turns of each, whose votes judge the reward model; the seed chooses them',
    { min: 1 },
  ),
  /** Of the votes on the other questions. */
  filter: field.part(filterFields),
  reward: field.part(rewardFields),
};

export type VotesConfig = field.ConfigOf<typeof votesFields>;

export function votesBase(seed: number): VotesConfig {
  return parseConfig('mt-bench', votesFields, {
    data: 'mt-bench',
    seed,
    heldOutQuestions: 24,
    filter: { checkTexts: true },
    // Half of the answers are whole; the others lose their end.
    reward: { ...rewardTraining, seed, maxPromptTokens: 32, maxResponseTokens: 352 },
  });
}
