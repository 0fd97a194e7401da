/** The stage of a policy that learns from its own samples, by any algorithm that takes prompts and a scorer. */
import type { FieldsOf } from '../fields';
import { modelFolder } from '../flow/formats';
import { defineStage, optional, output, slot } from '../flow/stage';
import { forgettingMetrics, type AfterStep } from '../probes/forgetting';
import { saveModel } from '../model/directory';
import { withAdapter } from '../model/lora/adapter';
import type { LanguageModel } from '../model/sample';
import { disposeTree } from '../tensor/pytree';
import type { NamedTensors } from '../train/adamw';
import type { RunDirectory } from '../train/run-directory';
import type { Demonstration, PromptRecord, Scorer } from '../types';
import type { RolloutConfig } from './rollout-config';

export interface SampledInputs {
  readonly prompts: readonly PromptRecord[];
  readonly scorer: Scorer;
  readonly demonstrations?: readonly Demonstration[];
  readonly afterStep?: AfterStep;
}

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
      await withAdapter(about.name, model, config, async (start) => {
        const inputs = {
          prompts,
          scorer,
          ...(demonstrations !== undefined && { demonstrations }),
          ...(forgetting !== undefined && {
            afterStep: forgettingMetrics(about.name, start, forgetting, config),
          }),
        };
        const params = await train(start, inputs, config, run);
        saveModel(run.file('model'), { ...start, params });
        disposeTree(params);
      });
      return { prompts: prompts.length };
    },
  });
}
