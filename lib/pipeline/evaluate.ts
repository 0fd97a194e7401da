/** Step 6: every policy answers the same prompts and the forgetting probes; the gold judge tells what was won and lost. */
import { evaluateModels, type Evaluation } from '../evaluation/evaluator';
import type { ProbeResult } from '../evaluation/probes';
import type { PipelinePolicy } from '../evaluation/summary';
import { readJsonLines, writeJson, writeJsonLines } from '../files';
import { loadModel } from '../model/directory';
import type { LanguageModel } from '../model/sample';
import { rewardScorer } from '../reward/score';
import { disposeTree } from '../tensor/pytree';
import { startProgress } from '../train/progress';
import type { PromptRecord } from '../types';
import type { PipelineConfig } from './config';
import { askProbes } from './probes';
import type { Step } from './run-steps';
import { goldJudge, pipelineWorld } from './world';

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

/**
 * Evaluates policies, all those of the pipeline unless told otherwise, against SFT.
 *
 * @param folders folder of each policy's model; `sft` is among them.
 */
export function evaluationStep(
  config: PipelineConfig,
  out: (path: string) => string,
  folders: Readonly<Record<string, string>> = policyFolders,
  name = 'evaluation',
): Step {
  const { evaluation, reward } = config;
  return {
    name,
    module: __filename,
    config: evaluation,
    inputs: [
      ...Object.values(folders).map((folder) => `${folder}/model`),
      'reward-debiased/model',
      'world/evaluate.jsonl',
      'world/probe.jsonl',
    ],
    async run(directory) {
      const models: Record<string, LanguageModel> = {};
      for (const [policy, folder] of Object.entries(folders))
        models[policy] = loadModel(out(`${folder}/model`));
      const prompts = await readJsonLines<PromptRecord>(out('world/evaluate.jsonl'));
      const { policies, rollouts } = await evaluateModels(
        models,
        'sft',
        prompts,
        goldJudge(pipelineWorld(config)),
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

      const probePrompts = await readJsonLines<PromptRecord>(out('world/probe.jsonl'));
      const probes: Record<string, Record<string, ProbeResult>> = {};
      for (const [policy, model] of Object.entries(models)) {
        const progress = startProgress(`probe ${policy}`, probePrompts.length, 'response');
        probes[policy] = await askProbes(config, model, probePrompts, (done) => progress.update(done));
        progress.stop();
      }
      writeJsonLines(directory.file('rollouts.jsonl'), evaluated);
      writeJson(directory.file('evaluation.json'), { policies, probes } satisfies PipelineEvaluation);
      disposeTree([rewardModel.params, Object.values(models).map(({ params }) => params)]);
    },
  };
}
