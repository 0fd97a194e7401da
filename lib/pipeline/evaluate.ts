/** Step 6: every policy answers the same prompts and the forgetting probes; the gold judge tells what was won and lost. */
import { createRng } from '../random';
import { evaluateModels, type Evaluation } from '../evaluation/evaluator';
import { probePassRates, type ProbeResult } from '../evaluation/probes';
import type { PipelinePolicy } from '../evaluation/summary';
import { readJsonLines, writeJson, writeJsonLines } from '../files';
import { loadModel } from '../model/directory';
import { sampleResponses, type LanguageModel } from '../model/sample';
import { rewardScorer } from '../reward/score';
import { disposeTree } from '../tensor/pytree';
import { startProgress } from '../train/progress';
import type { PromptRecord } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';
import { pipelineWorld } from './world';

/** Folder of each policy's model. */
export const policyFolders: Readonly<Record<PipelinePolicy, string>> = {
  sft: 'sft',
  dpo: 'dpo',
  ppo: 'ppo',
  ppoNoSftLoss: 'ppo-no-sft-loss',
};

/** What `evaluation/evaluation.json` holds. */
export interface PipelineEvaluation {
  readonly policies: Evaluation['policies'];
  readonly probes: Readonly<Record<string, Readonly<Record<string, ProbeResult>>>>;
}

/** A line of `evaluation/rollouts.jsonl`. */
export type EvaluatedRollout = Evaluation['rollouts'][number] & {
  /** The debiased reward model's score. */
  readonly proxy: number;
};

export function evaluationStep(config: PipelineConfig, out: (path: string) => string): Step {
  const { evaluation, sampling, reward } = config;
  return {
    name: 'evaluation',
    config: evaluation,
    inputs: [
      ...Object.values(policyFolders).map((folder) => `${folder}/model`),
      'reward-debiased/model',
      'world/evaluate.jsonl',
      'world/probe.jsonl',
    ],
    async run(directory) {
      const world = pipelineWorld(config);
      const models: Record<string, LanguageModel> = {};
      for (const [policy, folder] of Object.entries(policyFolders))
        models[policy] = loadModel(out(`${folder}/model`));
      const prompts = await readJsonLines<PromptRecord>(out('world/evaluate.jsonl'));
      const { policies, rollouts } = await evaluateModels(
        models,
        'sft',
        prompts,
        async (responses) =>
          responses.map(({ promptId, response }) => world.judge(promptId, response).utility),
        evaluation,
      );

      const rewardModel = loadModel(out('reward-debiased/model'));
      const { maxPromptTokens, maxResponseTokens } = reward;
      const proxies = await rewardScorer(rewardModel, { maxPromptTokens, maxResponseTokens, batchSize: 64 })(
        rollouts,
      );
      const evaluated = rollouts.map((rollout, i): EvaluatedRollout => ({
        ...rollout,
        proxy: proxies[i] as number,
      }));

      // Probes ask whether a capability is still there: the likeliest answer, no dice.
      const probePrompts = await readJsonLines<PromptRecord>(out('world/probe.jsonl'));
      const probes: Record<string, Record<string, ProbeResult>> = {};
      for (const [policy, model] of Object.entries(models)) {
        const progress = startProgress(`probe ${policy}`, probePrompts.length, 'response');
        const answers = await sampleResponses(model, probePrompts, {
          samplesPerPrompt: 1,
          temperature: 0,
          maxNewTokens: sampling.maxNewTokens,
          maxPromptTokens: sampling.maxPromptTokens,
          rng: createRng(config.seed).fork('probes'),
          onProgress: (done) => progress.update(done),
        });
        progress.stop();
        probes[policy] = probePassRates(
          answers,
          ({ promptId, response }) => world.judge(promptId, response).passes === true,
        );
      }
      writeJsonLines(directory.file('rollouts.jsonl'), evaluated);
      writeJson(directory.file('evaluation.json'), { policies, probes } satisfies PipelineEvaluation);
      disposeTree([rewardModel.params, Object.values(models).map(({ params }) => params)]);
    },
  };
}
