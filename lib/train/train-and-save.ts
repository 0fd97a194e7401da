/** What every stage that trains a language model does around its trainer. */
import { saveModel, type Model } from '../model/directory';
import { withAdapter } from '../model/lora/adapter';
import type { LoraOptions } from '../model/lora/config';
import { disposeTree } from '../tensor/pytree';
import type { NamedTensors } from './adamw';
import type { RunDirectory } from './run-directory';

/**
 * Trains a model, or the adapter of it that the configuration asks for, and writes the result as the run's `model`.
 *
 * @param stage begins the error messages.
 * @param train gets the model with a fresh adapter, where there is to be one.
 */
export async function trainAndSave(
  stage: string,
  model: Model,
  config: LoraOptions & { readonly seed: number },
  run: RunDirectory,
  train: (start: Model) => Promise<NamedTensors>,
): Promise<void> {
  await withAdapter(stage, model, config, async (start) => {
    const params = await train(start);
    saveModel(run.file('model'), { ...start, params });
    disposeTree(params);
  });
}
