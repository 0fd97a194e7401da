/** A model answers each prompt K times. */
import { writeJsonLines } from '../files';
import { jsonLines } from '../flow/formats';
import { defineStage, innerSlot, output, slot } from '../flow/stage';
import { sampleResponses } from '../model/sample';
import { createRng } from '../random';
import { startProgress } from '../train/progress';
import type { PromptRecord, Rollout } from '../types';
import type { PipelineConfig } from './config';

export interface SampleConfig extends Readonly<PipelineConfig['sampling']> {
  readonly seed: number;
  /** Names the random stream: the same prompts are answered otherwise for another purpose. */
  readonly purpose: string;
}

export const sampleStage = defineStage({
  name: 'sample',
  module: __filename,
  inputs: {
    model: slot('model', 'the model that answers'),
    prompts: innerSlot<readonly PromptRecord[]>('what it is asked'),
  },
  outputs: { rollouts: output('rollouts.jsonl', jsonLines<Rollout>()) },
  async run({ model, prompts }, { purpose, seed, ...sampling }: SampleConfig, run) {
    const progress = startProgress(purpose, prompts.length * sampling.samplesPerPrompt, 'response');
    const rollouts = await sampleResponses(model, prompts, {
      ...sampling,
      rng: createRng(seed).fork(purpose),
      onProgress: (done) => progress.update(done),
    });
    progress.stop();
    writeJsonLines(run.file('rollouts.jsonl'), rollouts);
    return { prompts: prompts.length, responses: rollouts.length };
  },
});
