/** The configuration of a condition of the embedded world. */
import { InputError } from '../../errors';
import { dpoLabels } from '../../pipeline/dpo-inputs';
import { pipelineStages } from '../../pipeline/settings';
import { grpoFields } from '../../policy/grpo/config';
import { rlooFields } from '../../policy/rloo/config';
import { configuredCriteria, weighCriteria } from '../../reward/criteria';
import { applySettings, type Settings } from '../../settings';
import { experimentBase, type ConditionConfig } from './config';

const stages = { ...pipelineStages, grpo: grpoFields, rloo: rlooFields };

/** The base with a seed and with settings in it. The same seed goes to every stage. */
export function conditionConfig(where: string, seed: number, settings: Settings): ConditionConfig {
  const base = experimentBase(seed);
  const { world, model, sampling, annotators } = base;
  const { promptVarianceQuantile, sftTermDemonstrations, annotatedPrompts, bestOf } = base;
  const config = applySettings<ConditionConfig>(where, base, settings, {
    stages,
    // The sizes of another reward model are those of the model.
    parts: { world, model, sampling, annotators, rewardModel: model },
    values: {
      promptVarianceQuantile,
      sftTermDemonstrations,
      annotatedPrompts,
      dpoLabels: base.dpoLabels,
      bestOf,
      rewardWeights: '',
    },
    choices: { dpoLabels },
  });
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
