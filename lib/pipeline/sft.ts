/** Step 1: the untrained model learns the world's language and tasks from demonstrations, good and mediocre. */
import { readJsonLines } from '../files';
import { loadModel, saveModel } from '../model/directory';
import { trainSft } from '../sft/trainer';
import { disposeTree } from '../tensor/pytree';
import type { Demonstration } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';

export function sftStep({ sft }: PipelineConfig, out: (path: string) => string): Step {
  return {
    name: 'sft',
    module: __filename,
    config: sft,
    inputs: ['world/model', 'world/demonstrations.jsonl'],
    async run(directory) {
      const model = loadModel(out('world/model'));
      const demonstrations = await readJsonLines<Demonstration>(out('world/demonstrations.jsonl'));
      const params = await trainSft(model, demonstrations, sft, directory);
      saveModel(directory.file('model'), { ...model, params });
      disposeTree([model.params, params]);
    },
  };
}
