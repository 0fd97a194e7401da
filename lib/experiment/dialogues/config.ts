/** What a condition of an experiment is: a pipeline of which only the stages run that its measures need, and the base they all start from. */
import { parseConfig } from '../../config';
import { grpoFields, type GrpoConfig } from '../../policy/grpo/config';
import { rlooFields, type RlooConfig } from '../../policy/rloo/config';
import type { PipelineConfig } from '../../pipeline/config';
import type { DpoLabels } from '../../pipeline/dpo-inputs';
import { pipelinePresets } from '../../pipeline/presets';

export interface ConditionConfig extends PipelineConfig {
  /** Sizes in which the model that the reward model starts from differs from the policy's; then it has an SFT run of its own. */
  readonly rewardModel: Partial<PipelineConfig['model']>;
  /** Weights of the reward model's criteria, e.g. `helpful=1,harmless=4`, changed after training; those of training when absent. */
  readonly rewardWeights?: string;
  /** How many of the answered prompts the annotators see. */
  readonly annotatedPrompts: number;
  /** Who labels the pairs of DPO. */
  readonly dpoLabels: DpoLabels;
  readonly grpo: GrpoConfig;
  readonly rloo: RlooConfig;
  /** Answers of which the reward model picks one. */
  readonly bestOf: number;
}

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
