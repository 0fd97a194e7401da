/** Step 5: prompts and demonstrations that are worth learning from, then DPO, PPO, and PPO without the SFT loss. */
import { readJsonLines, writeJson, writeJsonLines } from '../files';
import { loadModel, saveModel } from '../model/directory';
import type { LanguageModel } from '../model/sample';
import { pairsFromSamples, type ScoredRollout } from '../policy/dpo/pairs';
import { trainDpo } from '../policy/dpo/trainer';
import { trainPpo, type PpoInputs } from '../policy/ppo/trainer';
import { selectByVariance } from '../policy/prompts/variance';
import { writePairs } from '../preferences/pairs';
import { readPairs } from '../preferences/readers/open';
import { createRng } from '../random';
import { rewardScorer } from '../reward/score';
import { disposeTree } from '../tensor/pytree';
import { chunk } from '../train/sampler';
import type { Demonstration, PromptRecord, Rollout, Scorer } from '../types';
import type { PipelineConfig } from './config';
import { askProbes } from './probes';
import type { Step } from './run-steps';

/** Prompts whose samples DPO draws from again and again to show its course. */
const dpoSamplePrompts = 64;

/** The debiased reward model as a scorer; every policy learns from it. */
export function debiasedScorer(
  { reward }: PipelineConfig,
  out: (path: string) => string,
): { scorer: Scorer; dispose(): void } {
  const model = loadModel(out('reward-debiased/model'));
  const { maxPromptTokens, maxResponseTokens } = reward;
  return {
    scorer: rewardScorer(model, { maxPromptTokens, maxResponseTokens, batchSize: 64 }),
    dispose: () => disposeTree(model.params),
  };
}

/** Scores the SFT model's K samples of every RL prompt and drops the prompts of low reward variance. */
export function selectPromptsStep(config: PipelineConfig, out: (path: string) => string): Step {
  return {
    name: 'prompts',
    config: { quantile: config.promptVarianceQuantile },
    inputs: ['reward-debiased/model', 'reinforce-samples/rollouts.jsonl', 'world/reinforce.jsonl'],
    async run(directory) {
      const rollouts = await readJsonLines<Rollout>(out('reinforce-samples/rollouts.jsonl'));
      const { scorer, dispose } = debiasedScorer(config, out);
      const scores = await scorer(rollouts);
      dispose();
      const scored = rollouts.map((rollout, i): ScoredRollout => ({
        ...rollout,
        score: scores[i] as number,
      }));
      const selection = selectByVariance(
        chunk(scored, config.sampling.samplesPerPrompt).map((samples) => {
          const { promptId, task } = samples[0] as ScoredRollout;
          return { promptId, ...(task !== undefined && { task }), scores: samples.map(({ score }) => score) };
        }),
        { quantile: config.promptVarianceQuantile },
      );
      const kept = new Set(selection.kept);
      const prompts = await readJsonLines<PromptRecord>(out('world/reinforce.jsonl'));
      writeJsonLines(directory.file('scored-samples.jsonl'), scored);
      writeJsonLines(
        directory.file('selected.jsonl'),
        prompts.filter(({ promptId }) => kept.has(promptId)),
      );
      writeJson(directory.file('selection.json'), selection);
      return {
        kept: selection.kept.length,
        dropped: selection.dropped.length,
        threshold: selection.threshold,
      };
    },
  };
}

/**
 * What the SFT term of DPO and PPO learns from: of the first demonstrations, in each task that RL asks for, those that the
 * reward model scores at or above the median. The others are in part what RL is to take out; a term that learns them pulls
 * the policy back. Of other tasks the reward model knows nothing, and all are kept.
 */
export function selectDemonstrationsStep(config: PipelineConfig, out: (path: string) => string): Step {
  const { sftTermDemonstrations } = config;
  return {
    name: 'sft-term',
    config: { sftTermDemonstrations },
    inputs: ['reward-debiased/model', 'world/demonstrations.jsonl', 'world/reinforce.jsonl'],
    async run(directory) {
      const all = await readJsonLines<Demonstration>(out('world/demonstrations.jsonl'));
      const demonstrations = all.slice(0, sftTermDemonstrations);
      const { scorer, dispose } = debiasedScorer(config, out);
      const scores = await scorer(demonstrations);
      dispose();
      const scoresOf = new Map<string | undefined, number[]>();
      demonstrations.forEach(({ task }, row) =>
        scoresOf.set(task, [...(scoresOf.get(task) ?? []), scores[row] as number]),
      );
      const asked = new Set(
        (await readJsonLines<PromptRecord>(out('world/reinforce.jsonl'))).map(({ task }) => task),
      );
      const medianOf = (own: number[]): number => own.sort((a, b) => a - b)[own.length >> 1] as number;
      const least = new Map(
        [...scoresOf].map(([task, own]) => [task, asked.has(task) ? medianOf(own) : -Infinity]),
      );
      const kept = demonstrations.filter(
        ({ task }, row) => (scores[row] as number) >= (least.get(task) as number),
      );
      writeJsonLines(directory.file('demonstrations.jsonl'), kept);
      return { kept: kept.length, dropped: demonstrations.length - kept.length };
    },
  };
}

/** Who says which of two answers DPO is to prefer. */
export const dpoLabels = ['rewardModel', 'annotators'] as const;
export type DpoLabels = (typeof dpoLabels)[number];

/**
 * DPO on pairs of the SFT model's own samples, labelled by the reward model; or on as many of the pairs that the annotators
 * compared, which are samples of the SFT model too.
 */
export function dpoStep(
  config: PipelineConfig,
  out: (path: string) => string,
  labels: DpoLabels = 'rewardModel',
): Step {
  const { dpo, sampling } = config;
  return {
    name: 'dpo',
    config: { ...dpo, temperature: sampling.temperature },
    inputs: [
      ...(labels === 'annotators' ? ['filter/pairs.jsonl'] : []),
      'sft/model',
      'reward-debiased/model',
      'prompts/scored-samples.jsonl',
      'prompts/selected.jsonl',
      'sft-term/demonstrations.jsonl',
    ],
    async run(directory) {
      const model = loadModel(out('sft/model'));
      const selected = await readJsonLines<PromptRecord>(out('prompts/selected.jsonl'));
      const kept = new Set(selected.map(({ promptId }) => promptId));
      const samples = await readJsonLines<ScoredRollout>(out('prompts/scored-samples.jsonl'));
      const labelled = pairsFromSamples(samples.filter(({ promptId }) => kept.has(promptId)));
      const pairs =
        labels === 'rewardModel'
          ? labelled
          : createRng(dpo.seed)
              .fork('annotated-pairs')
              .shuffle(await readPairs(out('filter/pairs.jsonl')))
              .slice(0, labelled.length);
      writePairs(directory.file('pairs.jsonl'), pairs);
      const { scorer, dispose } = debiasedScorer(config, out);
      const params = await trainDpo(
        model,
        {
          pairs,
          demonstrations: await readJsonLines<Demonstration>(out('sft-term/demonstrations.jsonl')),
          samplePrompts: selected.slice(0, dpoSamplePrompts),
          scorer,
          temperature: sampling.temperature,
        },
        dpo,
        directory,
      );
      saveModel(directory.file('model'), { ...model, params });
      dispose();
      disposeTree([model.params, params]);
      return { pairs: pairs.length };
    },
  };
}

/** PPO against the debiased reward model, with or without the SFT loss. */
export function ppoStep(
  config: PipelineConfig,
  name: 'ppo' | 'ppo-no-sft-loss',
  out: (path: string) => string,
): Step {
  const ppo = name === 'ppo' ? config.ppo : { ...config.ppo, sftLossCoef: 0 };
  const { probeEvery } = config;
  return {
    name,
    config: probeEvery === undefined ? ppo : { ...ppo, probeEvery },
    inputs: [
      'sft/model',
      'reward-debiased/model',
      'prompts/selected.jsonl',
      'sft-term/demonstrations.jsonl',
      ...(probeEvery === undefined ? [] : ['world/probe.jsonl']),
    ],
    async run(directory) {
      const model = loadModel(out('sft/model'));
      const { scorer, dispose } = debiasedScorer(config, out);
      const afterStep =
        probeEvery === undefined
          ? undefined
          : probing(config, model, await readJsonLines<PromptRecord>(out('world/probe.jsonl')), probeEvery);
      const params = await trainPpo(
        model,
        {
          prompts: await readJsonLines<PromptRecord>(out('prompts/selected.jsonl')),
          scorer,
          demonstrations: await readJsonLines<Demonstration>(out('sft-term/demonstrations.jsonl')),
          ...(afterStep !== undefined && { afterStep }),
        },
        ppo,
        directory,
      );
      saveModel(directory.file('model'), { ...model, params });
      dispose();
      disposeTree([model.params, params]);
    },
  };
}

/** Asks the probes after every `every`-th step and after the last: metrics `probes/<task>`, the share that passes. */
function probing(
  config: PipelineConfig,
  model: LanguageModel,
  prompts: readonly PromptRecord[],
  every: number,
): NonNullable<PpoInputs['afterStep']> {
  return async (step, params) => {
    if (step % every !== 0 && step !== config.ppo.maxSteps) return undefined;
    const results = await askProbes(config, { ...model, params }, prompts);
    return Object.fromEntries(
      Object.entries(results).map(([task, { passRate }]) => [`probes/${task}`, passRate]),
    );
  };
}
