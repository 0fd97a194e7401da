/** The stage of a policy that learns from its own samples, by any algorithm that takes prompts and a scorer. */
import type { FieldsOf } from '../fields';
import { modelFolder } from '../flow/formats';
import { defineStage, optional, output, slot } from '../flow/stage';
import { forgettingMetrics } from '../probes/forgetting';
import type { LanguageModel } from '../model/sample';
import { trainAndSave } from '../train/train-and-save';
import type { NamedTensors } from '../train/adamw';
import type { RunDirectory } from '../train/run-directory';
import type { RolloutConfig } from './rollout-config';
import type { SampledInputs } from './sampled';

/** C: configuration of the algorithm. */
export interface SampledAlgorithm<C> {
  readonly name: string;
  /** `__filename` of the module that names the algorithm. */
  readonly module: string;
  readonly summary: string;
  readonly fields: FieldsOf<C>;
  train(model: LanguageModel, inputs: SampledInputs, config: C, run: RunDirectory): Promise<NamedTensors>;
}

/** The slots that every such stage has. */
export const sampledSlots = {
  model: slot('model', 'Hugging Face directory of the SFT model: policy and frozen reference'),
  prompts: slot('prompts', 'file of prompts'),
  scorer: slot('scorer', 'what scores responses'),
  demonstrations: optional(slot('demonstrations', 'file of demonstrations for --sft-loss-coef')),
  forgetting: optional(slot('forgetting', 'what the policy is asked as it learns')),
};

export function sampledStage<C extends RolloutConfig>({ train, ...about }: SampledAlgorithm<C>) {
  return defineStage({
    ...about,
    trains: true,
    inputs: sampledSlots,
    outputs: { model: output('model', modelFolder) },
    async run({ model, prompts, scorer, demonstrations, forgetting }, config: C, run) {
      await trainAndSave(about.name, model, config, run, (start) => {
        const inputs = {
          prompts,
          scorer,
          ...(demonstrations !== undefined && { demonstrations }),
          ...(forgetting !== undefined && {
            afterStep: forgettingMetrics(about.name, start, forgetting, config),
          }),
        };
        return train(start, inputs, config, run);
      });
      return { prompts: prompts.length };
    },
  });
}
