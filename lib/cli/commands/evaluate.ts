/** `rlhf-kit evaluate`: stage 6 on model directories, a file of prompts and a judge. */
import { currentEngine } from '../../backend';
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { evaluationFields, type EvaluationConfig } from '../../evaluation/config';
import { evaluateModels, type Evaluation, type JudgedRollout } from '../../evaluation/evaluator';
import { byPrompt } from '../../evaluation/judged';
import { renderReport } from '../../evaluation/report/report';
import type { SampleComparison } from '../../evaluation/report/report-data';
import { writeFileAtomically, writeJson, writeJsonLines } from '../../files';
import { loadModel } from '../../model/directory';
import { readPrompts } from '../../preferences/readers/open';
import { disposeTree } from '../../tensor/pytree';
import { runFields, type RunConfig } from '../../train/fields';
import { versions } from '../../train/versions';
import { defineCommand } from '../command';
import { resolveScorer } from '../scorers';
import { runStage } from '../stage';

interface EvaluateCommandConfig extends EvaluationConfig, RunConfig {
  readonly policies: string;
  readonly baseline: string;
  readonly prompts: string;
  readonly judge: string;
  readonly reportSamples: number;
}

const fields: FieldTable<EvaluateCommandConfig> = {
  policies: { doc: 'what to compare: name=model directory, separated by commas', type: 'string' },
  baseline: { doc: 'name of the policy that the others are compared with', type: 'string' },
  prompts: { doc: 'file of prompts (JSONL, JSON, gzip or Parquet)', type: 'path' },
  judge: { doc: 'vader, a reward model directory, or a module that exports a scorer', type: 'string' },
  reportSamples: {
    doc: 'prompts whose answers are shown side by side in the report',
    type: 'integer',
    default: 20,
    min: 0,
    source: 'ours',
  },
  ...runFields,
  ...evaluationFields,
};

export const evaluateCommand = defineCommand<EvaluateCommandConfig>({
  name: 'evaluate',
  summary: '6  compare policies on the same prompts, with a judge',
  fields,
  run(config) {
    const directories = parsePolicies(config.policies);
    if (!directories.has(config.baseline)) {
      throw new InputError(
        `evaluate: the baseline '${config.baseline}' is not among the policies (${[...directories.keys()].join(', ')})`,
      );
    }
    const inputs = [config.prompts, ...directories.values()];
    return runStage('evaluate', config, inputs, async (run) => {
      const started = performance.now();
      const prompts = await readPrompts(config.prompts);
      const scorer = await resolveScorer(config.judge);
      const models = Object.fromEntries(
        [...directories].map(([name, directory]) => [name, loadModel(directory)]),
      );
      const evaluation = await evaluateModels(models, config.baseline, prompts, scorer, config);
      disposeTree(Object.values(models).map(({ params }) => params));
      writeJsonLines(run.file('rollouts.jsonl'), evaluation.rollouts);
      writeJson(run.file('evaluation.json'), {
        baseline: config.baseline,
        judge: config.judge,
        policies: evaluation.policies,
      });
      const wallSeconds = (performance.now() - started) / 1000;
      writeFileAtomically(run.file('report.html'), report(config, evaluation, wallSeconds));
      return { report: run.file('report.html'), policies: evaluation.policies };
    });
  },
});

/** `sft=runs/a/model,ppo=runs/b/model` by name. A comma inside a path is part of it. */
export function parsePolicies(text: string): Map<string, string> {
  const directories = new Map<string, string>();
  for (const entry of text.split(/,(?=[^,=/\\]+=)/)) {
    const [, name, directory] = /^([^=]+)=(.+)$/.exec(entry.trim()) ?? [];
    if (name === undefined || directory === undefined) {
      throw new InputError(
        `evaluate: '--policies' must be name=directory, separated by commas, got '${entry}'`,
      );
    }
    if (directories.has(name)) throw new InputError(`evaluate: '--policies' names '${name}' twice`);
    directories.set(name, directory);
  }
  return directories;
}

function report(
  config: Readonly<EvaluateCommandConfig>,
  { policies, rollouts }: Evaluation,
  wallSeconds: number,
): string {
  const { baseline } = config;
  // The baseline is drawn in grey wherever it stands on the command line.
  const policyNames = [baseline, ...Object.keys(policies).filter((name) => name !== baseline)];
  const prompts = policies[baseline]?.prompts ?? 0;
  return renderReport({
    title: 'Evaluation of policies',
    lead: `${policyNames.join(', ')} on ${prompts} prompts, judged by ${config.judge}.`,
    run: { engine: currentEngine(), seed: config.seed, wallSeconds, versions: versions() },
    policyNames,
    baseline,
    qualityName: 'quality',
    policies,
    responses: rollouts.map(({ policy, task, responseTokens, quality }) => ({
      policy,
      ...(task !== undefined && { task }),
      tokens: responseTokens,
      quality,
    })),
    samples: sideBySide(rollouts, config.reportSamples),
  });
}

/** The first answer of every policy to the first prompts. */
function sideBySide(rollouts: readonly JudgedRollout[], count: number): SampleComparison[] {
  const first = byPrompt(rollouts.filter(({ sample }) => sample === 0));
  return [...first.values()].slice(0, count).map((answers) => {
    const { prompt, task } = answers[0] as JudgedRollout;
    return {
      prompt,
      ...(task !== undefined && { task }),
      answers: answers.map(({ policy, response, quality, responseTokens, finished }) => ({
        policy,
        text: response,
        quality,
        tokens: responseTokens,
        finished,
      })),
    };
  });
}
