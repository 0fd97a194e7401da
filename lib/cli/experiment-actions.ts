/** What `rlhf-kit experiment` does with experiments: each action a function of the command's configuration. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEngine } from '../backend';
import { FailedCheckError, InputError, unknownName } from '../errors';
import { conditionsOf, type Condition } from '../experiment/conditions';
import { readExperiment } from '../experiment/config';
import { compareSettings, computedRows, type Experiment } from '../experiment/experiment';
import { comparisonPage } from '../experiment/findings/comparison-page';
import { resultsExcerpt } from '../experiment/findings/excerpt';
import { writeFindings } from '../experiment/findings/findings';
import { renderExperiment } from '../experiment/findings/page';
import { headlineList, headlineMarkers } from '../experiment/findings/headlines';
import {
  pipelineMarkers,
  pipelineRunsMarkers,
  pipelineSentence,
  pipelineTables,
  readPipelineRuns,
} from '../experiment/findings/pipeline-runs';
import { updateMarked } from '../experiment/findings/update-marked';
import {
  allClaims,
  claimsMarkers,
  experimentsSummary,
  resultsMarkers,
  summaryMarkers,
} from '../experiment/findings/summary';
import { resultsPage } from '../experiment/findings/table';
import {
  experimentFolder,
  experimentNames,
  experimentsHome,
  openExperiment,
  openExperiments,
  pipelineRunsName,
  writableExperimentFolder,
} from '../experiment/open';
import { rekeyExperiment, type Rekeyed } from '../experiment/rekey';
import { runExperiment } from '../experiment/run';
import { cheapestRow, verificationTable, verifyRow } from '../experiment/verify';
import { writeFileAtomically } from '../files';
import type { ExperimentCommandConfig } from './experiment-fields';

type Named = Readonly<ExperimentCommandConfig> & { readonly experiment: string };

/** Computes what is missing, then makes table, charts, page and the README's part from all rows that there are. */
export async function runAndWrite({ experiment, engine, jobs, store }: Named): Promise<unknown> {
  const folder = writableExperimentFolder(experiment);
  const outcome = await runExperiment(readExperiment(folder), {
    folder,
    root: store,
    ...(engine !== undefined && { engine }),
    ...(jobs !== undefined && { jobs }),
  });
  const found = await openExperiment(folder);
  const page = join(store, `${outcome.experiment}.html`);
  const { files, missing } = await writeFindings(folder, found);
  writeFileAtomically(page, renderExperiment(found, `rlhf-kit experiment run ${experiment}`));
  updateMarked(join(folder, 'README.md'), { marked: resultsMarkers, content: resultsExcerpt(found) });
  if (missing !== undefined) process.stderr.write(`experiment: ${missing}\n`);
  process.stderr.write(`page: ${page}\n`);
  const result = { ...outcome, files: files.map((file) => join(folder, file)), page };
  const { failed, left } = outcome;
  if (failed.length > 0)
    throw new FailedCheckError(
      `experiment: ${failed.length} of ${outcome.runs} runs failed; their errors and logs are in ${join(folder, 'results.jsonl')}`,
      result,
    );
  if (left > 0)
    throw new FailedCheckError(
      `experiment: the budget ended with ${left} runs to go; the same command goes on`,
      result,
    );
  return result;
}

/** All experiments and what became of their claims, as Markdown. */
export async function showAll(): Promise<unknown> {
  return experimentsSummary(await openExperiments());
}

/** The table of an experiment, as Markdown. */
export async function showTable({ experiment }: Named): Promise<unknown> {
  return resultsPage(withResults('show', await openExperiment(experimentFolder(experiment)))).trimEnd();
}

/** Two conditions beside each other: one metric, or all of them. */
export async function compareConditionsOf({
  experiment,
  condition,
  against,
  metric,
  json,
}: Named): Promise<unknown> {
  const found = withResults('compare', await openExperiment(experimentFolder(experiment)));
  if (condition === undefined) throw new InputError('experiment compare: --condition must name a condition');
  const [a, b] = [namedCondition(found, condition), namedCondition(found, against ?? '')];
  const known = [...new Set(computedRows(found).flatMap((row) => Object.keys(row.metrics)))];
  if (metric !== undefined && !known.includes(metric))
    throw unknownName(`experiment compare: ${found.config.name}`, 'metric', metric, known);
  const metrics = Object.fromEntries(
    (metric === undefined ? known : [metric]).map((name) => {
      const compared = compareSettings(found, a.config, b.config, name);
      return [name, compared && { ...compared, p: compared.pValue() }];
    }),
  );
  const result = { experiment: found.config.name, condition: a.name, against: b.name, metrics };
  return json ? result : comparisonPage(result);
}

/** Runs a committed condition again, of the experiment named or of all of them. */
export async function verifyCondition(config: Readonly<ExperimentCommandConfig>): Promise<unknown> {
  const { experiment, condition, engine, jobs } = config;
  if (condition !== undefined && experiment === undefined)
    throw new InputError('experiment verify: name the experiment that --condition is of');
  // Given data may not be here: experiments on it are verified when somebody asks for them.
  const found =
    experiment === undefined
      ? (await openExperiments()).filter(
          (one) => one.config.data === undefined && computedRows(one).length > 0,
        )
      : [await openExperiment(experimentFolder(experiment))];
  if (found.length === 0)
    throw new InputError(
      `experiment verify: no experiment on the embedded world below ${experimentsHome}/ has results`,
    );
  const candidates = found.map((one) => ({
    ...one,
    row: cheapestRow(one, condition === undefined ? undefined : namedCondition(one, condition)),
  }));
  const cheapest = candidates.reduce((least, other) =>
    other.row.seconds < least.row.seconds ? other : least,
  );
  const verified = await verifyRow(cheapest.config, {
    rows: computedRows(cheapest),
    row: cheapest.row,
    ...(engine !== undefined && { engine }),
    ...(jobs !== undefined && { jobs }),
  });
  const { outside, verification } = verified;
  process.stderr.write(`${verificationTable(verified)}\n`);
  if (outside.length === 0) return verification;
  const list = outside
    .map(({ metric, committed, now }) => `${metric} was ${committed}, is ${now}`)
    .join('; ');
  throw new FailedCheckError(
    `experiment verify: ${verification.experiment}, ${verification.condition}, seed ${verification.seed}: ${list}`,
    verification,
  );
}

/** New keys for rows that earlier code computed, of the experiment named or of all that have results. */
export async function rekeyRows({
  experiment,
  sample,
  jobs,
}: Readonly<ExperimentCommandConfig>): Promise<unknown> {
  const names = experiment === undefined ? experimentNames() : [experiment];
  const root = mkdtempSync(join(tmpdir(), 'rlhf-kit-rekey-'));
  const reports: Rekeyed[] = [];
  try {
    for (const name of names) {
      const folder = writableExperimentFolder(name);
      const found = withResults('rekey', await openExperiment(folder));
      const report = await rekeyExperiment(found, {
        folder,
        root,
        sample,
        ...(jobs !== undefined && { jobs }),
      });
      reports.push(report);
      process.stderr.write(
        `${report.experiment}: ${report.renewed} rows with new keys, ${report.current} with the same as before\n`,
      );
    }
  } finally {
    rmSync(root, { recursive: true });
  }
  const refused = reports.filter(({ different }) => different.length > 0);
  if (refused.length === 0) return reports;
  const list = refused.map(({ experiment: name, different: [first, ...more] }) =>
    first === undefined
      ? name
      : `${name}: ${first.row}: ${first.metric} was ${first.committed}, is ${first.now}${more.length === 0 ? '' : ` (and ${more.length} more)`}`,
  );
  throw new FailedCheckError(
    `experiment rekey: numbers differ, and those rows keep their keys: ${list.join('; ')}`,
    reports,
  );
}

/** Writes the marked parts of docs/results.md, README.md, experiments/README.md and the page of the pipeline's runs. */
export async function summarize(): Promise<unknown> {
  const found = await openExperiments(experimentsHome);
  if (found.length === 0) throw new InputError(`experiment summary: ${experimentsHome}/ has no experiments`);
  const content = experimentsSummary(found);
  updateMarked(join('docs', 'results.md'), { marked: summaryMarkers, content });
  updateMarked(join(experimentsHome, 'README.md'), { marked: claimsMarkers, content: allClaims(found) });
  const headlines = headlineList(found);
  if (headlines !== undefined) updateMarked('README.md', { marked: headlineMarkers, content: headlines });
  const pipelineHome = join(experimentsHome, pipelineRunsName);
  const runs = readPipelineRuns(pipelineHome);
  updateMarked(join(pipelineHome, 'README.md'), {
    marked: pipelineRunsMarkers,
    content: pipelineTables(runs),
  });
  const sentence = pipelineSentence(runs.get(defaultEngine) ?? []);
  if (sentence !== undefined) updateMarked('README.md', { marked: pipelineMarkers, content: sentence });
  return content;
}

function withResults(action: string, experiment: Experiment): Experiment {
  if (experiment.rows.length > 0) return experiment;
  throw new InputError(`experiment ${action}: ${experiment.config.name} has no results; run it first`);
}

/** The condition that `axis=setting axis=setting` names; axes that are left out are as in the baseline. */
function namedCondition({ config }: Experiment, text: string): Condition {
  const given = Object.fromEntries(
    text
      .split(/\s+/)
      .filter((part) => part !== '')
      .map((part) => part.split('=')),
  ) as Record<string, string>;
  const conditions = conditionsOf(config);
  const wanted = { ...config.baseline, ...given };
  const condition = conditions.find((one) =>
    Object.entries(wanted).every(([axis, setting]) => one.config[axis] === setting),
  );
  if (condition !== undefined) return condition;
  const names = conditions.map(({ name }) => name);
  throw unknownName(`experiment ${config.name}`, 'condition', text, names);
}
