/** Stage 6: every policy answers the same prompts and the forgetting probes; the gold judge tells what was won and lost. */
import type { EvaluationConfig } from '../evaluation/config';
import { evaluateModels, type Evaluation } from '../evaluation/evaluator';
import type { ProbeResult } from '../probes/pass-rates';
import type { PipelinePolicy } from '../evaluation/summary';
import { writeJson, writeJsonLines } from '../files';
import { jsonFile, jsonLines } from '../flow/formats';
import { defineStage, innerSlot, output, slot } from '../flow/stage';
import type { Model } from '../model/directory';
import { startProgress } from '../train/progress';
import { askProbes, type ProbeConfig } from './probes';
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

export interface PolicyEvaluationConfig extends ProbeConfig {
  readonly evaluation: EvaluationConfig;
}

/** Evaluates policies against the one called `sft`. */
export const evaluationStage = defineStage({
  name: 'evaluation',
  module: __filename,
  inputs: {
    policies: innerSlot<Readonly<Record<string, Model>>>('policies by name; sft is among them'),
    scorer: slot('scorer', 'the reward model that they learnt from'),
    prompts: slot('prompts', 'what they are asked'),
    probes: slot('prompts', 'probes of forgetting'),
  },
  outputs: {
    rollouts: output('rollouts.jsonl', jsonLines<EvaluatedRollout>()),
    evaluation: output('evaluation.json', jsonFile<PipelineEvaluation>()),
  },
  async run({ policies: models, scorer, prompts, probes: asked }, config: PolicyEvaluationConfig, run) {
    const judge = goldJudge(pipelineWorld(config));
    const { policies, rollouts } = await evaluateModels(models, 'sft', prompts, judge, config.evaluation);
    const proxies = await scorer(rollouts);
    const evaluated = rollouts.map((rollout, i): EvaluatedRollout => ({
      ...rollout,
      proxy: proxies[i] as number,
    }));
    const probes: Record<string, Record<string, ProbeResult>> = {};
    for (const [policy, model] of Object.entries(models)) {
      const progress = startProgress(`evaluation: probes of ${policy}`, asked.length, 'response');
      probes[policy] = await askProbes(config, model, asked, (done) => progress.update(done));
      progress.stop();
    }
    writeJsonLines(run.file('rollouts.jsonl'), evaluated);
    writeJson(run.file('evaluation.json'), { policies, probes } satisfies PipelineEvaluation);
  },
});
