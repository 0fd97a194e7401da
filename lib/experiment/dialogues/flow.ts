/** The flow of a condition on the embedded world: the pipeline's stages, with one reward model and every policy that may be asked for. */
import { createFlow, type Flow } from '../../flow/flow';
import { recordInput, type Handle } from '../../flow/input';
import type { Model } from '../../model/directory';
import { firstPrompts, pairsByScore, pairsByVotes } from '../../pipeline/dpo-inputs';
import { evaluationStage } from '../../pipeline/evaluate';
import { addBeginning, addPolicyInputs } from '../../pipeline/flow';
import { probeConfig } from '../../pipeline/probes';
import { sampleStage } from '../../pipeline/sample';
import { scorecardsStage } from '../../pipeline/scorecards';
import { worldChoice } from '../../pipeline/world';
import { dpoStage } from '../../policy/dpo/stage';
import { grpoStage } from '../../policy/grpo/stage';
import { ppoStage } from '../../policy/ppo/stage';
import { rlooStage } from '../../policy/rloo/stage';
import { rewardStage } from '../../reward/stage';
import { sftStage } from '../../sft/stage';
import type { ConditionConfig } from './config';
import { resizedModel } from './resized-model';
import { weighStage } from './weigh-rewards';

/** Policies that a condition may train. */
export const conditionPolicies = ['dpo', 'ppo', 'grpo', 'rloo'] as const;
export type ConditionPolicy = (typeof conditionPolicies)[number];

export function dialogueFlow(config: ConditionConfig): Flow {
  const flow = createFlow({ module: __filename, config });
  const { seed, sampling, bestOf, evaluation } = config;
  const beginning = addBeginning(flow, config, config.annotatedPrompts);
  const { world, sft, filter } = beginning;
  const start =
    Object.keys(config.rewardModel).length === 0
      ? sft
      : flow.add(
          sftStage,
          { model: resizedModel(world.model, config), demonstrations: world.demonstrations },
          config.sft,
          'reward-sft',
        );
  const trained = flow.add(rewardStage, { model: start.model, pairs: filter.pairs }, config.reward);
  const { rewardWeights } = config;
  const reward =
    rewardWeights === undefined ? trained : flow.add(weighStage, { model: trained.model }, { rewardWeights });
  const bestOfN = flow.add(
    sampleStage,
    { model: sft.model, prompts: world.evaluate },
    { ...sampling, samplesPerPrompt: bestOf, seed, purpose: 'best-of-n' },
    'best-of-n',
  );
  flow.add(
    scorecardsStage,
    {
      models: recordInput({ reward: reward.model }),
      pairs: filter.pairs,
      report: filter.report,
      rollouts: bestOfN.rollouts,
    },
    { rewards: { reward: config.reward }, samplesPerPrompt: bestOf, ...worldChoice(config) },
  );
  const { scored, common, sampled } = addPolicyInputs(flow, config, beginning, reward);
  const { afterStep, ...sampledInputs } = sampled;
  const pairs =
    config.dpoLabels === 'rewardModel'
      ? pairsByScore(scored)
      : pairsByVotes(scored, filter.pairs, config.dpo.seed);
  const policies: Readonly<Record<ConditionPolicy, { readonly model: Handle<Model> }>> = {
    dpo: flow.add(
      dpoStage,
      { ...common, pairs, samplePrompts: firstPrompts(scored.selected) },
      { ...config.dpo, temperature: sampling.temperature },
    ),
    ppo: flow.add(ppoStage, { ...sampledInputs, afterStep }, config.ppo),
    grpo: flow.add(grpoStage, sampledInputs, config.grpo),
    rloo: flow.add(rlooStage, sampledInputs, config.rloo),
  };
  for (const policy of conditionPolicies) {
    flow.add(
      evaluationStage,
      {
        policies: recordInput({ sft: sft.model, [policy]: policies[policy].model }),
        scorer: common.scorer,
        prompts: world.evaluate,
        probes: world.probe,
      },
      { evaluation, ...probeConfig(config) },
      `evaluation-${policy}`,
    );
  }
  return flow;
}

/** For processes that make the flow again. */
export function flowOf(config: object): Flow {
  return dialogueFlow(config as ConditionConfig);
}
