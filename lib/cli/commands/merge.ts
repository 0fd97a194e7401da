/** `rlhf-kit merge`: an adapter and its base as one model. */
import { existsSync } from 'node:fs';
import * as field from '../../fields';
import { InputError } from '../../errors';
import { loadModel, saveModel } from '../../model/directory';
import { mergeAdapter } from '../../model/lora/adapter';
import { isAdapterDirectory } from '../../model/lora/directory';
import { disposeTree } from '../../tensor/pytree';
import { runFields } from '../../train/fields';
import { defineCommand } from '../command';
import { startEngine } from '../restart';
import { requireNew } from '../run-folder';

const fields = {
  model: field.path("directory of the adapter, in PEFT's layout; it names its base"),
  out: field.path('directory of the whole model; must not exist'),
  engine: runFields.engine,
};

export const mergeCommand = defineCommand<field.ConfigOf<typeof fields>>({
  name: 'merge',
  summary: 'add an adapter (LoRA) into its base and write the whole model',
  fields,
  example: 'npx rlhf-kit merge --model runs/dpo-01/model --out runs/dpo-01/merged',
  async run({ model: directory, out, engine }) {
    requireNew('merge', out);
    if (existsSync(directory) && !isAdapterDirectory(directory))
      throw new InputError(
        `merge: --model must be the directory of an adapter, ${directory} holds a whole model`,
      );
    await startEngine(engine);
    const adapted = loadModel(directory);
    const merged = mergeAdapter(adapted);
    saveModel(out, merged);
    disposeTree([adapted.params, merged.params]);
    return { command: 'merge', model: out, base: adapted.directory };
  },
});
