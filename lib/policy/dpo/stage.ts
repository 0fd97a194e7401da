/** Stage 5: a policy from preference pairs, by DPO. */
import * as field from '../../fields';
import { modelFolder } from '../../flow/formats';
import { defineStage, innerSlot, optional, output, slot } from '../../flow/stage';
import type { Model } from '../../model/directory';
import { forgettingMetrics, type ForgettingChecks } from '../../probes/forgetting';
import type { AfterStep } from '../../train/loop';
import { trainAndSave } from '../../train/train-and-save';
import { promptRecordOf } from '../../scorer';
import type { PromptRecord } from '../../types';
import { dpoFields } from './config';
import { trainDpo } from './trainer';

export const dpoStageFields = {
  temperature: field.number('of sampling', { default: 1, above: 0, source: 'ours' }),
  ...dpoFields,
};

export type DpoStageConfig = field.ConfigOf<typeof dpoStageFields>;

export const dpoStage = defineStage({
  name: 'dpo',
  module: __filename,
  trains: true,
  summary: '5  tune a policy on preference pairs by DPO',
  fields: dpoStageFields,
  inputs: {
    model: slot('model', 'Hugging Face directory of the SFT model: policy and frozen reference'),
    pairs: slot('pairs', 'file of preference pairs (HH-RLHF or TRL rows)'),
    demonstrations: optional(slot('demonstrations', 'file of demonstrations for --sft-loss-coef')),
    samplePrompts: optional(innerSlot<readonly PromptRecord[]>('prompts that --samples-every draws from')),
    scorer: optional(slot('scorer', 'what scores those samples')),
    forgetting: optional(slot('forgetting', 'what the policy is asked as it learns')),
  },
  outputs: { model: output('model', modelFolder) },
  async run(
    { model, pairs, demonstrations, samplePrompts, scorer, forgetting },
    config: DpoStageConfig,
    run,
  ) {
    await trainAndSave('dpo', model, config, run, (start) =>
      trainDpo(
        start,
        {
          pairs,
          samplePrompts: samplePrompts ?? promptsOf(pairs).slice(0, drawnPrompts),
          temperature: config.temperature,
          ...(scorer !== undefined && { scorer }),
          ...(demonstrations !== undefined && { demonstrations }),
          ...(forgetting !== undefined && { afterStep: afterStep(start, forgetting, config) }),
        },
        config,
        run,
      ),
    );
    return { pairs: pairs.length };
  },
});

function afterStep(model: Model, forgetting: ForgettingChecks, config: DpoStageConfig): AfterStep {
  const { maxResponseTokens: maxNewTokens, maxPromptTokens, maxSteps } = config;
  return forgettingMetrics('dpo', model, forgetting, { maxNewTokens, maxPromptTokens, maxSteps });
}

/** Prompts, of those of the pairs, that samples are drawn for again and again. */
const drawnPrompts = 64;

/** Each prompt of some pairs once. */
function promptsOf(pairs: readonly PromptRecord[]): PromptRecord[] {
  return [...new Map(pairs.map((pair) => [pair.promptId, promptRecordOf(pair)])).values()];
}
