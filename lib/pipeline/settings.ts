/** What can be set in the pipeline's configuration: the fields of its stages, and the sizes of what flows between them. */
import type { FieldTable } from '../config';
import { evaluationFields } from '../evaluation/config';
import { filterFields } from '../filter/config';
import { dpoFields } from '../policy/dpo/config';
import { ppoFields } from '../policy/ppo/config';
import { rewardFields } from '../reward/config';
import { applySettings, type Settings } from '../settings';
import { sftFields } from '../sft/config';
import type { PipelineConfig } from './config';

export const pipelineStages: Readonly<Record<string, FieldTable<object>>> = {
  sft: sftFields,
  filter: filterFields,
  reward: rewardFields,
  dpo: dpoFields,
  ppo: ppoFields,
  evaluation: evaluationFields,
};

/**
 * A configuration of the pipeline with settings in it, e.g. `ppo.klCoef`.
 *
 * @throws {InputError} for a setting that is not known (with the near match), and for a value that it cannot take.
 */
export function setPipeline(where: string, base: PipelineConfig, settings: Settings): PipelineConfig {
  const { world, model, sampling, annotators, promptVarianceQuantile, sftTermDemonstrations } = base;
  return applySettings(where, base, settings, {
    stages: pipelineStages,
    parts: { world, model, sampling, annotators },
    values: { promptVarianceQuantile, sftTermDemonstrations },
  });
}
