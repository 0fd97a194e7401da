/** Stage 6: policies answer the same prompts, a judge scores the answers, and a report sets them side by side. */
import { currentEngine } from '../backend';
import * as field from '../fields';
import { writeFileAtomically, writeJson, writeJsonLines } from '../files';
import { jsonLines, type Format } from '../flow/formats';
import { shownName } from '../shown-names';
import type { Scorer } from '../types';
import { defineStage, innerSlot, optional, output, slot } from '../flow/stage';
import type { Model } from '../model/directory';
import { versions } from '../train/versions';
import { checkModels, type CheckedModels } from './checks';
import { evaluationFields } from './config';
import { evaluateModels, type Evaluation, type JudgedRollout } from './evaluator';
import { renderReport } from './report/report';
import { sideBySide } from './side-by-side';

const fields = {
  baseline: field.text('name of the policy that the others are compared with'),
  judge: field.text('vader, a reward model directory, or a module that exports a scorer'),
  reportSamples: field.integer('prompts whose answers are shown side by side in the report', {
    default: 20,
    min: 0,
    source: 'ours',
  }),
  ...evaluationFields,
};

export type EvaluateConfig = field.ConfigOf<typeof fields>;

/** A page that people read. */
const page: Format<string> = { read: (path) => path };

export const evaluateStage = defineStage({
  name: 'evaluate',
  module: __filename,
  summary: '6  compare policies on the same prompts, with a judge',
  fields,
  inputs: {
    policies: innerSlot<Readonly<Record<string, Model>>>('policies by name'),
    prompts: slot('prompts', 'file of prompts (JSONL, JSON, CSV, TSV, Parquet, .gz, .zst)'),
    judge: innerSlot<Scorer>('gives answers their quality'),
    checks: optional(slot('checks', 'what the policies are asked besides')),
  },
  outputs: {
    rollouts: output('rollouts.jsonl', jsonLines<JudgedRollout>()),
    report: output('report.html', page),
  },
  async run({ policies: models, prompts, judge, checks }, config: EvaluateConfig, run) {
    const started = performance.now();
    const evaluation = await evaluateModels(models, config.baseline, prompts, judge, config);
    const { policies, rollouts } = evaluation;
    const checked = await checkModels(models, checks, config);
    writeJsonLines(run.file('rollouts.jsonl'), rollouts);
    writeJson(run.file('evaluation.json'), {
      baseline: config.baseline,
      judge: config.judge,
      policies,
      ...checked,
    });
    const wallSeconds = (performance.now() - started) / 1000;
    writeFileAtomically(run.file('report.html'), report(config, evaluation, checked, wallSeconds));
    return { policies, ...checked };
  },
});

function report(
  config: Readonly<EvaluateConfig>,
  { policies, rollouts }: Evaluation,
  { probes, perplexity }: CheckedModels,
  wallSeconds: number,
): string {
  const { baseline } = config;
  // The baseline is drawn in grey wherever it stands on the command line.
  const policyNames = [baseline, ...Object.keys(policies).filter((name) => name !== baseline)];
  const prompts = policies[baseline]?.prompts ?? 0;
  return renderReport({
    title: 'Evaluation of policies',
    lead: `${policyNames.map(shownName).join(', ')} on ${prompts} prompts, judged by ${config.judge}.`,
    run: { engine: currentEngine(), seed: config.seed, wallSeconds, versions: versions() },
    policyNames,
    baseline,
    qualityName: 'quality',
    policies,
    ...(perplexity !== undefined && {
      highlights: policyNames.map((name) => ({
        label: `perplexity of ${shownName(name)}`,
        value: (perplexity[name] as number).toPrecision(4),
      })),
    }),
    ...(probes !== undefined && { probes }),
    responses: rollouts.map(({ policy, task, responseTokens, quality }) => ({
      policy,
      ...(task !== undefined && { task }),
      tokens: responseTokens,
      quality,
    })),
    samples: sideBySide(rollouts, config.reportSamples),
  });
}
