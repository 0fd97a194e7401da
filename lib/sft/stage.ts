/** Stage 1: a model learns from demonstrations. */
import { modelFolder } from '../flow/formats';
import { defineStage, optional, output, slot } from '../flow/stage';
import { forgettingMetrics } from '../probes/forgetting';
import { trainAndSave } from '../train/train-and-save';
import { sftFields, type SftConfig } from './config';
import { trainSft } from './trainer';

/** Longer answers to probes are cut off. */
const mostAnswerTokens = 128;

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
    forgetting: optional(slot('forgetting', 'what the model is asked as it learns')),
  },
  outputs: { model: output('model', modelFolder) },
  async run({ model, demonstrations, forgetting }, config: SftConfig, run) {
    await trainAndSave('sft', model, config, run, (start) => {
      const afterStep =
        forgetting &&
        forgettingMetrics('sft', start, forgetting, {
          maxNewTokens: mostAnswerTokens,
          maxPromptTokens: config.maxLength,
          maxSteps: config.maxSteps,
        });
      return trainSft(start, demonstrations, config, run, afterStep);
    });
    return { demonstrations: demonstrations.length };
  },
});
