/** Stage 1: a model learns from demonstrations. */
import { modelFolder } from '../flow/formats';
import { defineStage, output, slot } from '../flow/stage';
import { saveModel } from '../model/directory';
import { withAdapter } from '../model/lora/adapter';
import { disposeTree } from '../tensor/pytree';
import { sftFields, type SftConfig } from './config';
import { trainSft } from './trainer';

export const sftStage = defineStage({
  name: 'sft',
  module: __filename,
  trains: true,
  summary: '1  fine-tune a model on demonstrations',
  fields: sftFields,
  inputs: {
    model: slot('model', 'Hugging Face directory of the model to fine-tune'),
    demonstrations: slot(
      'demonstrations',
      'file of prompts and responses (JSONL, JSON, CSV, TSV, Parquet, .gz, .zst)',
    ),
  },
  outputs: { model: output('model', modelFolder) },
  async run({ model, demonstrations }, config: SftConfig, run) {
    await withAdapter('sft', model, config, async (start) => {
      const params = await trainSft(start, demonstrations, config, run);
      saveModel(run.file('model'), { ...start, params });
      disposeTree(params);
    });
    return { demonstrations: demonstrations.length };
  },
});
