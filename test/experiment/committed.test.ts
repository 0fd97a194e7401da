/** What is committed of the experiments belongs together: configuration, rows, tables, and what the READMEs say. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultsExcerpt } from '../../lib/experiment/findings/excerpt';
import { rewriteMarked, type Marked } from '../../lib/experiment/findings/markers';
import { headlineList, headlineMarkers } from '../../lib/experiment/findings/headlines';
import {
  pipelineMarkers,
  pipelineRunsMarkers,
  pipelineSentence,
  pipelineTables,
  readPipelineRuns,
} from '../../lib/experiment/findings/pipeline-runs';
import {
  allClaims,
  claimsMarkers,
  experimentsSummary,
  resultsMarkers,
  summaryMarkers,
} from '../../lib/experiment/findings/summary';
import { resultsPage } from '../../lib/experiment/findings/table';
import { gridOf } from '../../lib/experiment/grid';
import { defaultEngine } from '../../lib/backend';
import {
  experimentNames,
  openExperiment,
  openExperiments,
  pipelineRunsName,
} from '../../lib/experiment/open';
import { isFailed } from '../../lib/experiment/results';
import { readText } from '../../lib/files';

const project = join(__dirname, '..', '..');
const home = join(project, 'experiments');
const names = experimentNames(home);

/** What stands between the markers of a file is what would be written there now. */
function expectUpToDate(path: string, marked: Marked, content: string): void {
  const text = readText(path);
  expect(rewriteMarked(text, marked, content)).toBe(text);
}

describe.each(names)('experiments/%s', (name) => {
  const folder = join(home, name);

  it('has a configuration whose every condition can be made, and claims of metrics that are measured', async () => {
    const { config, rows } = await openExperiment(folder);
    expect(gridOf(config, 'nowhere', 'cpu').length).toBeGreaterThan(0);
    const measured = new Set(rows.flatMap((row) => (isFailed(row) ? [] : Object.keys(row.metrics))));
    if (measured.size === 0) return;
    const named = [
      ...config.metrics,
      ...config.claims.flatMap(({ metric, againstMetric = metric }) => [metric, againstMetric]),
    ];
    for (const metric of named) expect(measured).toContain(metric);
  });

  it('has rows of this configuration alone, none of them failed', async () => {
    const { config, rows } = await openExperiment(folder);
    const hashes = new Map(
      gridOf(config, 'nowhere', 'cpu').map(({ condition, seed, configHash }) => [
        `${condition.name} ${seed}`,
        configHash,
      ]),
    );
    for (const row of rows) {
      expect(row.configHash).toBe(hashes.get(`${row.condition} ${row.seed}`));
      expect(isFailed(row)).toBe(false);
    }
  });

  it('has the table and the README that its rows make', async () => {
    const experiment = await openExperiment(folder);
    if (experiment.rows.length === 0) {
      expect(existsSync(join(folder, 'table.md'))).toBe(false);
      return;
    }
    expect(readText(join(folder, 'table.md'))).toBe(resultsPage(experiment));
    expectUpToDate(join(folder, 'README.md'), resultsMarkers, resultsExcerpt(experiment));
  });
});

it('README.md has the headlines, docs/results.md the summary of all, experiments/README.md every claim', async () => {
  const found = await openExperiments(home);
  expectUpToDate(join(project, 'README.md'), headlineMarkers, headlineList(found) ?? '');
  expectUpToDate(join(project, 'docs', 'results.md'), summaryMarkers, experimentsSummary(found));
  expectUpToDate(join(home, 'README.md'), claimsMarkers, allClaims(found));
});

it('README.md and experiments/00-pipeline say what the runs of the default pipeline showed', () => {
  const runs = readPipelineRuns(join(home, pipelineRunsName));
  const onDefault = runs.get(defaultEngine) ?? [];
  expect(onDefault.length).toBeGreaterThanOrEqual(3);
  expectUpToDate(join(project, 'README.md'), pipelineMarkers, pipelineSentence(onDefault) ?? '');
  expectUpToDate(join(home, pipelineRunsName, 'README.md'), pipelineRunsMarkers, pipelineTables(runs));
});
