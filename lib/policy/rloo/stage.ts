/** Stage 5: a policy from prompts and anything that scores responses, by RLOO. */
import { modelFolder } from '../../flow/formats';
import { defineStage, optional, output, slot } from '../../flow/stage';
import { saveModel } from '../../model/directory';
import { disposeTree } from '../../tensor/pytree';
import { rlooFields, type RlooConfig } from './config';
import { trainRloo } from './trainer';

export const rlooStage = defineStage({
  name: 'rloo',
  module: __filename,
  summary:
    '5  tune a policy against a reward model by RLOO, which compares each response with the others to its prompt',
  fields: rlooFields,
  inputs: {
    model: slot('model', 'Hugging Face directory of the SFT model: policy and frozen reference'),
    prompts: slot('prompts', 'file of prompts'),
    scorer: slot('scorer', 'what scores responses'),
    demonstrations: optional(slot('demonstrations', 'file of demonstrations for --sft-loss-coef')),
  },
  outputs: { model: output('model', modelFolder) },
  async run({ model, prompts, scorer, demonstrations }, config: RlooConfig, run) {
    const params = await trainRloo(
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
