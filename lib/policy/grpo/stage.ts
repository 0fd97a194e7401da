/** Stage 5: a policy from prompts and anything that scores responses, by GRPO. */
import { modelFolder } from '../../flow/formats';
import { defineStage, optional, output, slot } from '../../flow/stage';
import { saveModel } from '../../model/directory';
import { disposeTree } from '../../tensor/pytree';
import { grpoFields, type GrpoConfig } from './config';
import { trainGrpo } from './trainer';

export const grpoStage = defineStage({
  name: 'grpo',
  module: __filename,
  summary: '5  tune a policy against a reward model by GRPO, which compares several responses to a prompt',
  fields: grpoFields,
  inputs: {
    model: slot('model', 'Hugging Face directory of the SFT model: policy and frozen reference'),
    prompts: slot('prompts', 'file of prompts'),
    scorer: slot('scorer', 'what scores responses'),
    demonstrations: optional(slot('demonstrations', 'file of demonstrations for --sft-loss-coef')),
  },
  outputs: { model: output('model', modelFolder) },
  async run({ model, prompts, scorer, demonstrations }, config: GrpoConfig, run) {
    const params = await trainGrpo(
      model,
      { prompts, scorer, ...(demonstrations !== undefined && { demonstrations }) },
      config,
      run,
    );
    saveModel(run.file('model'), { ...model, params });
    disposeTree(params);
    return { prompts: prompts.length };
  },
});
