/** The steps of a cell: those of the pipeline, with one reward model and whatever policies are asked for. */
import { dpoStep } from '../../pipeline/dpo';
import { evaluationStep } from '../../pipeline/evaluate';
import { filterStep } from '../../pipeline/filter';
import { ppoStep } from '../../pipeline/ppo';
import { selectPromptsStep } from '../../pipeline/prompts';
import { rewardStep } from '../../pipeline/reward';
import type { Step } from '../../pipeline/run-steps';
import { sampleStep } from '../../pipeline/sample';
import { scorecardStep } from '../../pipeline/scorecards';
import { selectDemonstrationsStep } from '../../pipeline/sft-term';
import { sftStep } from '../../pipeline/sft';
import { voteStep } from '../../pipeline/votes';
import { worldStep } from '../../pipeline/world';
import type { CellConfig } from '../cells/dialogues';
import { groupPolicyStep } from './group-policies';
import { rewardSftStep } from './reward-sft';
import { trainedReward, weighRewardsStep } from './weigh-rewards';

/** Policies that a cell may train. */
export const cellPolicies = ['dpo', 'ppo', 'grpo', 'rloo'] as const;
export type CellPolicy = (typeof cellPolicies)[number];

/** In order; the reward model that policies learn from is `reward-debiased`, however little a cell debiases it. */
export function cellSteps(config: CellConfig, out: (path: string) => string): Step[] {
  const ownSft = Object.keys(config.rewardModel).length > 0;
  const many = { ...config, sampling: { ...config.sampling, samplesPerPrompt: config.bestOf } };
  return [
    worldStep(config),
    sftStep(config, out),
    ...(ownSft ? [rewardSftStep(config, out)] : []),
    sampleStep(config, 'candidates', 'annotate', out),
    voteStep(config, out, config.annotatedPrompts),
    filterStep(config, out),
    ...rewardSteps(config, out, ownSft ? 'reward-sft' : 'sft'),
    sampleStep(many, 'best-of-n', 'evaluate', out),
    scorecardStep(many, out, ['debiased']),
    sampleStep(config, 'reinforce-samples', 'reinforce', out),
    selectPromptsStep(config, out),
    selectDemonstrationsStep(config, out),
    dpoStep(config, out, config.dpoLabels),
    ppoStep(config, 'ppo', out),
    groupPolicyStep(config, 'grpo', out),
    groupPolicyStep(config, 'rloo', out),
    ...cellPolicies.map((policy) =>
      evaluationStep(config, out, { sft: 'sft', [policy]: policy }, `evaluation-${policy}`),
    ),
  ];
}

/** One step, and one more where weights are changed after training: cells that differ in them alone share the first. */
function rewardSteps(config: CellConfig, out: (path: string) => string, start: string): Step[] {
  const trained = rewardStep(config, 'debiased', out, start);
  const { rewardWeights } = config;
  return rewardWeights === undefined
    ? [trained]
    : [{ ...trained, name: trainedReward }, weighRewardsStep(rewardWeights, out)];
}
