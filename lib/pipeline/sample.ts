/** The SFT model answers each prompt K times. */
import { readJsonLines, writeJsonLines } from '../files';
import { loadModel } from '../model/directory';
import { sampleResponses } from '../model/sample';
import { createRng } from '../random';
import { disposeTree } from '../tensor/pytree';
import { startProgress } from '../train/progress';
import type { PromptRecord } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';

/** K answers of the SFT model to every prompt of a file, as `rollouts.jsonl`. */
export function sampleStep(
  config: PipelineConfig,
  name: string,
  split: 'annotate' | 'reinforce' | 'evaluate',
  out: (path: string) => string,
): Step {
  const { sampling, seed } = config;
  return {
    name,
    module: __filename,
    config: { ...sampling, seed, split },
    inputs: ['sft/model', `world/${split}.jsonl`],
    async run(directory) {
      const model = loadModel(out('sft/model'));
      const prompts = await readJsonLines<PromptRecord>(out(`world/${split}.jsonl`));
      const progress = startProgress(name, prompts.length * sampling.samplesPerPrompt, 'response');
      const rollouts = await sampleResponses(model, prompts, {
        ...sampling,
        rng: createRng(seed).fork(name),
        onProgress: (done) => progress.update(done),
      });
      progress.stop();
      disposeTree(model.params);
      writeJsonLines(directory.file('rollouts.jsonl'), rollouts);
      return { prompts: prompts.length, responses: rollouts.length };
    },
  };
}
