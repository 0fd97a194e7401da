/** The configuration of a condition of the embedded world. */
import { InputError } from '../../errors';
import { configuredCriteria, weighCriteria } from '../../reward/criteria';
import { applySettings, type Settings } from '../../settings';
import { conditionFields, experimentBase, type ConditionConfig } from './config';

/** The base with a seed and with settings in it. The same seed goes to every stage. */
export function conditionConfig(where: string, seed: number, settings: Settings): ConditionConfig {
  const config = applySettings(where, conditionFields, experimentBase(seed), settings);
  checkCriteria(where, config);
  return config;
}

/** Criteria and weights that do not go together are found before anything is trained. */
function checkCriteria(where: string, { reward, rewardWeights }: ConditionConfig): void {
  try {
    const criteria = configuredCriteria(reward);
    if (rewardWeights === undefined) return;
    if (criteria === undefined)
      throw new InputError(
        'rewardWeights is for reward models of several criteria, which reward.criteria names',
      );
    weighCriteria('rewardWeights', criteria, rewardWeights);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}
