/** `rlhf-kit experiment run|show|compare|verify`: ablations over seeds, from a configuration to a verdict. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldTable } from '../../config';
import { FailedCheckError, InputError, nearMatch } from '../../errors';
import { readExperiment } from '../../experiment/config';
import { isFailed, readResults } from '../../experiment/results';
import { runExperiment } from '../../experiment/run';
import { cheapestRow, verifyRow } from '../../experiment/verify';
import { defineCommand } from '../command';

const actions = ['run', 'verify'] as const;

interface ExperimentCommandConfig {
  readonly action: (typeof actions)[number];
  readonly experiment?: string;
  readonly cell?: string;
  readonly engine?: string;
  readonly jobs?: number;
  readonly store: string;
}

const fields: FieldTable<ExperimentCommandConfig> = {
  action: {
    doc: 'run: compute what results.jsonl lacks; verify: compute a committed cell again',
    type: actions,
  },
  experiment: {
    doc: 'folder of the experiment, or its name below experiments/; for verify the one with the cheapest cell when absent',
    type: 'path',
    optional: true,
  },
  cell: {
    doc: 'the cell to verify, e.g. "filter=both noise=high"; the cheapest when absent',
    type: 'string',
    optional: true,
  },
  engine: {
    doc: 'engine to compute on; RLHF_KIT_ENGINE when absent, for verify the one of the results',
    type: 'string',
    optional: true,
  },
  jobs: {
    doc: 'worker processes, each with its part of the threads; one a core when absent',
    type: 'integer',
    min: 1,
    optional: true,
  },
  store: {
    doc: 'where the steps behind cells are kept; all experiments share them',
    type: 'path',
    default: join('runs', 'experiments'),
  },
};

export const experimentCommand = defineCommand<ExperimentCommandConfig>({
  name: 'experiment',
  summary: 'ablations: run a grid of cells over seeds, and verify what is committed',
  fields,
  positionals: ['action', 'experiment'],
  run: (config) => (config.action === 'run' ? run(config) : verify(config)),
});

/** Where experiments are looked for by name. */
const home = 'experiments';

async function run({ experiment, engine, jobs, store }: Readonly<ExperimentCommandConfig>): Promise<unknown> {
  if (experiment === undefined)
    throw new InputError(
      `experiment run: name an experiment (${experimentNames().join(', ') || 'there is none below experiments/'})`,
    );
  const folder = folderOf(experiment);
  const outcome = await runExperiment(readExperiment(folder), {
    folder,
    root: store,
    ...(engine !== undefined && { engine }),
    ...(jobs !== undefined && { jobs }),
  });
  const { failed, left } = outcome;
  if (failed.length > 0)
    throw new FailedCheckError(
      `experiment: ${failed.length} of ${outcome.cells} cells failed; their errors and logs are in ${join(folder, 'results.jsonl')}`,
      outcome,
    );
  if (left > 0)
    throw new FailedCheckError(
      `experiment: the budget ended with ${left} cells to go; the same command goes on`,
      outcome,
    );
  return outcome;
}

async function verify({
  experiment,
  cell,
  engine,
  jobs,
}: Readonly<ExperimentCommandConfig>): Promise<unknown> {
  const folders = experiment === undefined ? await foldersWithResults() : [folderOf(experiment)];
  if (folders.length === 0)
    throw new InputError('experiment verify: no experiment below experiments/ has results');
  const candidates = await Promise.all(
    folders.map(async (folder) => {
      const config = readExperiment(folder);
      const rows = await readResults(folder);
      return { config, rows, row: cheapestRow(config, rows, cell) };
    }),
  );
  const { config, rows, row } = candidates.reduce((least, other) =>
    other.row.seconds < least.row.seconds ? other : least,
  );
  const verified = await verifyRow(config, {
    rows,
    row,
    ...(engine !== undefined && { engine }),
    ...(jobs !== undefined && { jobs }),
  });
  const { outside, differences } = verified;
  if (outside.length > 0) {
    const list = outside
      .map(({ metric, committed, now }) => `${metric} was ${committed}, is ${now}`)
      .join('; ');
    throw new FailedCheckError(
      `experiment verify: ${verified.experiment}, ${verified.cell}, seed ${verified.seed}: ${list}${differences.length === 0 ? '' : ` (${differences.join('; ')})`}`,
      verified,
    );
  }
  return verified;
}

function experimentNames(): string[] {
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .filter((name) => existsSync(join(home, name, 'config.json')))
    .sort();
}

function folderOf(experiment: string): string {
  const folder = [experiment, join(home, experiment)].find((path) => existsSync(join(path, 'config.json')));
  if (folder !== undefined) return folder;
  const names = experimentNames();
  const near = nearMatch(experiment, names);
  throw new InputError(
    `experiment: neither ${experiment} nor ${join(home, experiment)} has a config.json${near === undefined ? '' : `; did you mean '${near}'?`}${names.length === 0 ? '' : ` (known: ${names.join(', ')})`}`,
  );
}

async function foldersWithResults(): Promise<string[]> {
  const folders = experimentNames().map((name) => join(home, name));
  const kept = await Promise.all(
    folders.map(async (folder) =>
      (await readResults(folder)).some((row) => !isFailed(row)) ? [folder] : [],
    ),
  );
  return kept.flat();
}
