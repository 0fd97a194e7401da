/** `rlhf-kit sft`: stage 1 on a model directory and a file of demonstrations. */
import type { FieldTable } from '../../config';
import { readDemonstrations } from '../../preferences/readers/open';
import { loadModel, saveModel } from '../../model/directory';
import { sftFields, type SftConfig } from '../../sft/config';
import { trainSft } from '../../sft/trainer';
import { runFields, type RunConfig } from '../../train/fields';
import { defineCommand } from '../command';
import { runStage } from '../stage';
import { templateCheck } from '../template-check';

interface SftCommandConfig extends SftConfig, RunConfig {
  readonly model: string;
  readonly demonstrations: string;
}

const fields: FieldTable<SftCommandConfig> = {
  model: { doc: 'Hugging Face directory of the model to fine-tune', type: 'path' },
  demonstrations: { doc: 'file of prompts and responses (JSONL, JSON, gzip or Parquet)', type: 'path' },
  ...runFields,
  ...sftFields,
};

export const sftCommand = defineCommand<SftCommandConfig>({
  name: 'sft',
  summary: '1  fine-tune a model on demonstrations',
  fields,
  run: (config) =>
    runStage('sft', config, [config.model, config.demonstrations], async (run) => {
      const model = loadModel(config.model);
      const demonstrations = await readDemonstrations(config.demonstrations, templateCheck(config.model));
      const params = await trainSft(model, demonstrations, config, run);
      saveModel(run.file('model'), { ...model, params });
      return { model: run.file('model'), demonstrations: demonstrations.length };
    }),
});
