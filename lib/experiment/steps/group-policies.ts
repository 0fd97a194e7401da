/** GRPO and RLOO against the reward model, beside the pipeline's PPO and DPO. */
import { readJsonLines } from '../../files';
import { loadModel, saveModel } from '../../model/directory';
import { debiasedScorer } from '../../pipeline/scorer';
import type { Step } from '../../pipeline/run-steps';
import { trainGrpo } from '../../policy/grpo/trainer';
import { trainRloo } from '../../policy/rloo/trainer';
import { disposeTree } from '../../tensor/pytree';
import type { Demonstration, PromptRecord } from '../../types';
import type { CellConfig } from '../cells/dialogues';

export function groupPolicyStep(
  config: CellConfig,
  name: 'grpo' | 'rloo',
  out: (path: string) => string,
): Step {
  return {
    name,
    module: __filename,
    config: config[name],
    inputs: ['sft/model', 'reward-debiased/model', 'prompts/selected.jsonl', 'sft-term/demonstrations.jsonl'],
    async run(directory) {
      const model = loadModel(out('sft/model'));
      const { scorer, dispose } = debiasedScorer(config, out);
      const inputs = {
        prompts: await readJsonLines<PromptRecord>(out('prompts/selected.jsonl')),
        scorer,
        demonstrations: await readJsonLines<Demonstration>(out('sft-term/demonstrations.jsonl')),
      };
      const params =
        name === 'grpo'
          ? await trainGrpo(model, inputs, config.grpo, directory)
          : await trainRloo(model, inputs, config.rloo, directory);
      saveModel(directory.file('model'), { ...model, params });
      dispose();
      disposeTree([model.params, params]);
    },
  };
}
