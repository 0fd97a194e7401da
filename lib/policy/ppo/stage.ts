/** Stage 5: a policy from prompts and anything that scores responses, by PPO. */
import type * as tf from '@tensorflow/tfjs';
import { modelFolder } from '../../flow/formats';
import { defineStage, innerSlot, optional, output } from '../../flow/stage';
import { forgettingMetrics } from '../../probes/forgetting';
import type { AfterStep } from '../../train/loop';
import { trainAndSave } from '../../train/train-and-save';
import { sampledSlots } from '../sampled-stage';
import { ppoFields, type PpoConfig } from './config';
import { trainPpo } from './trainer';

export const ppoStage = defineStage({
  name: 'ppo',
  module: __filename,
  trains: true,
  summary: '5  tune a policy against a reward model by PPO',
  fields: ppoFields,
  inputs: {
    ...sampledSlots,
    scoreHead: optional(innerSlot<tf.Tensor>('score head that the value head begins as')),
    afterStep: optional(innerSlot<AfterStep>('asked after every step')),
  },
  outputs: { model: output('model', modelFolder) },
  async run(
    { model, prompts, scorer, demonstrations, scoreHead, forgetting, afterStep },
    config: PpoConfig,
    run,
  ) {
    await trainAndSave('ppo', model, config, run, (start) =>
      trainPpo(
        start,
        {
          prompts,
          scorer,
          ...(demonstrations !== undefined && { demonstrations }),
          ...(scoreHead !== undefined && { scoreHead }),
          ...(forgetting !== undefined && { afterStep: forgettingMetrics('ppo', start, forgetting, config) }),
          ...(afterStep !== undefined && { afterStep }),
        },
        config,
        run,
      ),
    );
    return { prompts: prompts.length };
  },
});
