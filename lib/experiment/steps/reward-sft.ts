/** A model of another size for the reward model to start from, with the SFT run of its own that the paper gives each size. */
import { readJsonLines } from '../../files';
import { loadModel, saveModel } from '../../model/directory';
import { initParams } from '../../model/params';
import type { Step } from '../../pipeline/run-steps';
import { createRng } from '../../random';
import { trainSft } from '../../sft/trainer';
import { disposeTree } from '../../tensor/pytree';
import type { Demonstration } from '../../types';
import type { CellConfig } from '../cells/dialogues';

export function rewardSftStep({ sft, rewardModel, seed }: CellConfig, out: (path: string) => string): Step {
  return {
    name: 'reward-sft',
    module: __filename,
    config: { ...sft, rewardModel },
    inputs: ['world/model', 'world/demonstrations.jsonl'],
    async run(directory) {
      const base = loadModel(out('world/model'));
      const config = { ...base.config, ...rewardModel };
      const model = { ...base, config, params: initParams(config, createRng(seed).fork('reward-init')) };
      const demonstrations = await readJsonLines<Demonstration>(out('world/demonstrations.jsonl'));
      const params = await trainSft(model, demonstrations, sft, directory);
      saveModel(directory.file('model'), { ...model, params });
      disposeTree([base.params, model.params, params]);
      return { parameters: Object.values(params).reduce((sum, { size }) => sum + size, 0) };
    },
  };
}
