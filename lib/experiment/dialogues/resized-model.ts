/** A model of another size for the reward model to start from. */
import { derivedInput, type Handle, type Input } from '../../flow/input';
import type { Model } from '../../model/directory';
import { initParams } from '../../model/params';
import { createRng } from '../../random';
import { disposeTree } from '../../tensor/pytree';
import type { ConditionConfig } from './config';

/** Untrained: the paper gives each size an SFT run of its own. */
export function resizedModel(model: Handle<Model>, { rewardModel, seed }: ConditionConfig): Input<Model> {
  return derivedInput(
    { model },
    {
      module: __filename,
      settings: { rewardModel, seed },
      make: (opened) => {
        const config = { ...opened.model.config, ...rewardModel };
        const params = initParams(config, createRng(seed).fork('reward-init'));
        return { ...opened.model, config, params };
      },
      close: ({ params }) => disposeTree(params),
    },
  );
}
