/** The configuration of a condition on MT-bench. Texts are cut so that a condition takes about a minute on a core. */
import { parseConfig } from '../../config';
import { filterFields, type FilterConfig } from '../../filter/config';
import { rewardFields, type RewardConfig } from '../../reward/config';
import { givenModelName, rewardTraining } from '../given/start';

/** MT-bench: votes of people on the answers of six models. */
export interface VotesConfig {
  readonly data: 'mt-bench';
  readonly seed: number;
  /** Folder of the model that the reward model starts from, below the folder of given data. */
  readonly model: string;
  /** Questions, both turns of each, whose votes judge the reward model; the seed chooses them. */
  readonly heldOutQuestions: number;
  /** Of the votes on the other questions. */
  readonly filter: FilterConfig;
  readonly reward: RewardConfig;
}

export function votesBase(seed: number): VotesConfig {
  return {
    data: 'mt-bench',
    seed,
    model: givenModelName,
    heldOutQuestions: 24,
    filter: parseConfig('filter', filterFields, { checkTexts: true }),
    reward: parseConfig('reward', rewardFields, {
      ...rewardTraining,
      seed,
      // Half of the answers are whole; the others lose their end.
      maxPromptTokens: 32,
      maxResponseTokens: 352,
    }),
  };
}
