/** What a condition of an experiment is: a pipeline of which only the stages run that its measures need, and the base they all start from. */
import { parseConfig } from '../../config';
import * as field from '../../fields';
import { grpoFields } from '../../policy/grpo/config';
import { rlooFields } from '../../policy/rloo/config';
import { modelFields, pipelineFields } from '../../pipeline/config';
import { dpoLabels } from '../../pipeline/dpo-inputs';
import { pipelinePresets } from '../../pipeline/presets';

export const conditionFields = {
  ...pipelineFields,
  rewardModel: field.part(field.loose(modelFields)),
  rewardWeights: field
    .text(
      "weights of the reward model's criteria, e.g. helpful=1,harmless=4, changed after training; those of training when absent",
    )
    .optional(),
  annotatedPrompts: field.integer('how many of the answered prompts the annotators see', { min: 1 }),
  dpoLabels: field.choice(dpoLabels, 'who labels the pairs of DPO'),
  grpo: field.part(grpoFields),
  rloo: field.part(rlooFields),
  bestOf: field.integer('answers of which the reward model picks one', { min: 1 }),
};

/** `rewardModel` has the sizes in which the model that the reward model starts from differs from the policy's; then it has an SFT run of its own. */
export type ConditionConfig = field.ConfigOf<typeof conditionFields>;

/** Seeds are not part of what a condition is: the same condition runs with several. */
export function experimentBase(seed: number): ConditionConfig {
  const notebook = pipelinePresets.notebook(seed);
  const annotatePrompts = 500;
  const ppo = { ...notebook.ppo, maxSteps: 40, samplesEvery: 2 };
  // As PPO has them, with as many responses an iteration. In groups of four, whitened as PPO's are.
  const groups = {
    learningRate: ppo.learningRate,
    lrSchedulerType: ppo.lrSchedulerType,
    adamBeta2: ppo.adamBeta2,
    weightDecay: ppo.weightDecay,
    warmupSteps: ppo.warmupSteps,
    seed,
    maxSteps: ppo.maxSteps,
    numMiniBatches: ppo.numMiniBatches,
    maxPromptTokens: ppo.maxPromptTokens,
    maxNewTokens: ppo.maxNewTokens,
    temperature: ppo.temperature,
    sftLossCoef: ppo.sftLossCoef,
    sftBatchSize: ppo.sftBatchSize,
    samplesEvery: ppo.samplesEvery,
    generationBatchSize: ppo.rolloutBatchSize,
    numGenerations: 4,
    beta: ppo.klCoef,
  };
  return {
    ...notebook,
    world: {
      ...notebook.world,
      annotatePrompts,
      reinforcePrompts: 320,
      evaluatePrompts: 128,
      probePrompts: 160,
    },
    sft: { ...notebook.sft, maxSteps: 700 },
    ppo,
    rewardModel: {},
    annotatedPrompts: annotatePrompts,
    dpoLabels: 'rewardModel',
    grpo: parseConfig('grpo', grpoFields, groups),
    // Its ratio is of whole responses, whose gradient is larger: at PPO's rate it ran away from the reward model (KL 8.8, wins − losses −13 points).
    rloo: parseConfig('rloo', rlooFields, { ...groups, learningRate: 2e-4, normalizeAdvantages: true }),
    bestOf: 8,
  };
}
