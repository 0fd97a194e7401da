/** The pipeline: its stages, and what each reads of the others. */
import { createFlow, type Flow, type HandlesOf } from '../flow/flow';
import { recordInput } from '../flow/input';
import { dpoStage } from '../policy/dpo/stage';
import { ppoStage } from '../policy/ppo/stage';
import { rewardStage } from '../reward/stage';
import { sftStage } from '../sft/stage';
import type { PipelineConfig } from './config';
import { firstPrompts, pairsByScore } from './dpo-inputs';
import { evaluationStage, policyFolders } from './evaluate';
import { filterStage } from './filter';
import { probeConfig, probing } from './probes';
import { selectPromptsStage } from './prompts';
import { variantConfig } from './reward-variants';
import { sampleStage } from './sample';
import { scorecardsStage } from './scorecards';
import { scorerOf } from './scorer';
import { sftTermStage } from './sft-term';
import { voteStage } from './votes';
import { worldChoice, worldStage } from './world';

/** Everything up to the first reward model: what all flows on the embedded world begin with. */
export function addBeginning(flow: Flow, config: PipelineConfig, annotatedPrompts?: number) {
  const { seed, sampling } = config;
  const world = flow.add(worldStage, {}, { seed, ...config.world, ...config.model });
  const sft = flow.add(sftStage, { model: world.model, demonstrations: world.demonstrations }, config.sft);
  const candidates = flow.add(
    sampleStage,
    { model: sft.model, prompts: world.annotate },
    { ...sampling, seed, purpose: 'candidates' },
    'candidates',
  );
  const preferences = flow.add(
    voteStage,
    { rollouts: candidates.rollouts },
    {
      ...config.annotators,
      ...worldChoice(config),
      samplesPerPrompt: sampling.samplesPerPrompt,
      ...(annotatedPrompts !== undefined && { prompts: annotatedPrompts }),
    },
  );
  const filter = flow.add(
    filterStage,
    { votes: preferences.votes, tokenizer: world.tokenizer },
    config.filter,
  );
  return { world, sft, filter };
}

type Beginning = ReturnType<typeof addBeginning>;

/** What every policy is trained with: the reward model that it learns from, prompts, and demonstrations for the SFT term. */
export function addPolicyInputs(
  flow: Flow,
  config: PipelineConfig,
  { world, sft }: Beginning,
  reward: Pick<HandlesOf<(typeof rewardStage)['outputs']>, 'model'>,
) {
  const { seed, sampling } = config;
  const scorer = scorerOf(reward.model, config.reward);
  const samples = flow.add(
    sampleStage,
    { model: sft.model, prompts: world.reinforce },
    { ...sampling, seed, purpose: 'reinforce-samples' },
    'reinforce-samples',
  );
  const prompts = flow.add(
    selectPromptsStage,
    { scorer, samples: samples.rollouts, prompts: world.reinforce },
    { quantile: config.promptVarianceQuantile, samplesPerPrompt: sampling.samplesPerPrompt },
  );
  const { demonstrations } = flow.add(
    sftTermStage,
    { scorer, demonstrations: world.demonstrations, prompts: world.reinforce },
    { sftTermDemonstrations: config.sftTermDemonstrations },
  );
  const { probeEvery, ppo } = config;
  const afterStep =
    probeEvery === undefined
      ? undefined
      : probing(sft.model, world.probe, {
          ...probeConfig(config),
          every: probeEvery,
          maxSteps: ppo.maxSteps,
        });
  return {
    scored: prompts,
    common: { model: sft.model, scorer, demonstrations },
    sampled: { model: sft.model, scorer, demonstrations, prompts: prompts.selected, afterStep },
  };
}

export function pipelineFlow(config: PipelineConfig): Flow {
  const flow = createFlow({ module: __filename, config });
  const { seed, sampling, evaluation } = config;
  const beginning = addBeginning(flow, config);
  const { world, sft, filter } = beginning;
  const rewards = { plain: variantConfig(config, 'plain'), debiased: variantConfig(config, 'debiased') };
  const rewardInputs = { model: sft.model, pairs: filter.pairs };
  const plain = flow.add(rewardStage, rewardInputs, rewards.plain, 'reward-plain');
  const debiased = flow.add(rewardStage, rewardInputs, rewards.debiased, 'reward-debiased');
  const bestOfN = flow.add(
    sampleStage,
    { model: sft.model, prompts: world.evaluate },
    { ...sampling, seed, purpose: 'best-of-n' },
    'best-of-n',
  );
  flow.add(
    scorecardsStage,
    {
      models: recordInput({ plain: plain.model, debiased: debiased.model }),
      pairs: filter.pairs,
      report: filter.report,
      rollouts: bestOfN.rollouts,
    },
    { rewards, samplesPerPrompt: sampling.samplesPerPrompt, ...worldChoice(config) },
  );
  const { scored, common, sampled } = addPolicyInputs(flow, config, beginning, debiased);
  const dpo = flow.add(
    dpoStage,
    { ...common, pairs: pairsByScore(scored), samplePrompts: firstPrompts(scored.selected) },
    { ...config.dpo, temperature: sampling.temperature },
  );
  const ppo = flow.add(ppoStage, sampled, config.ppo);
  const ppoNoSftLoss = flow.add(
    ppoStage,
    sampled,
    { ...config.ppo, sftLossCoef: 0 },
    policyFolders.ppoNoSftLoss,
  );
  flow.add(
    evaluationStage,
    {
      policies: recordInput({
        sft: sft.model,
        dpo: dpo.model,
        ppo: ppo.model,
        ppoNoSftLoss: ppoNoSftLoss.model,
      }),
      scorer: common.scorer,
      prompts: world.evaluate,
      probes: world.probe,
    },
    { evaluation, ...probeConfig(config) },
  );
  return flow;
}

/** For processes that make the flow again. */
export function flowOf(config: object): Flow {
  return pipelineFlow(config as PipelineConfig);
}
