/** What policies answered while they were trained, with gold of it. */
import type { TrainingSample } from '../evaluation/frontier';
import { readJsonLines } from '../files';
import type { PolicySample } from '../policy/samples';
import type { PipelineConfig } from './config';
import { pipelineWorld } from './world';

/** Samples of a training run with gold of each: the gold judge is asked only now, when training is over. */
export async function trainingSamples(config: PipelineConfig, path: string): Promise<TrainingSample[]> {
  const world = pipelineWorld(config);
  const samples = await readJsonLines<PolicySample>(path);
  return samples.map(({ step, kl, score = Number.NaN, promptId, response }) => ({
    step,
    kl,
    proxy: score,
    gold: world.judge(promptId, response).gold,
  }));
}
