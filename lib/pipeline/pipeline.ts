/** The whole pipeline on the embedded world, stage after stage; between them there are only files. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chosenEngine, threadsEach, useEngine } from '../backend';
import type { PipelineSummary } from '../evaluation/summary';
import { InputError } from '../errors';
import { readJson, writeJson } from '../files';
import { openBoard } from '../flow/board';
import { runFlow, type Progression } from '../flow/run';
import type { StageManifest } from '../flow/run-stage';
import { openStore } from '../flow/store';
import { refuseDifferences } from '../train/run-directory';
import { screen } from '../train/screen';
import type { PipelineConfig } from './config';
import { expectedSeconds } from './expected-seconds';
import { pipelineFlow } from './flow';
import { summarize } from './summarize';
import { wallSeconds } from './wall-seconds';

export interface PipelineOptions {
  readonly out: string;
  /** Go on with the pipeline in `out`: finished stages are skipped, the unfinished one goes on from its checkpoint. */
  readonly resume: boolean;
  readonly engine?: string;
  /** Processes that run the stages, each one stage at a time. When absent this process runs them itself, one after another. */
  readonly jobs?: number;
  /** The command that makes the run again, for the report. */
  readonly command: string;
}

/** As many as two cores keep busy: a stage keeps one process busy. */
export const defaultJobs = 2;

/**
 * Runs the pipeline into `out` and returns its summary, which is also `summary.json`; the report is `report.html`.
 *
 * @throws {InputError} when `out` holds something and `resume` is not given, or a run of another configuration.
 *
 * @example
 * ```ts
 * import { pipelinePresets, runPipeline } from 'rlhf-kit';
 *
 * const out = 'runs/smoke';
 * const command = `npx rlhf-kit pipeline --preset smoke --out ${out}`; // shown in the report
 * const summary = await runPipeline(pipelinePresets.smoke(1), { out, resume: false, command });
 * console.log(summary.policies.dpo.winMinusLoss);
 * ```
 */
export async function runPipeline(
  config: PipelineConfig,
  options: PipelineOptions,
): Promise<PipelineSummary> {
  const { resume, command, jobs } = options;
  const out = (path: string): string => join(options.out, path);
  if (existsSync(options.out) && readdirSync(options.out).length > 0) {
    if (!resume)
      throw new InputError(
        `pipeline: ${options.out} exists; nothing is overwritten. Choose another --out, or --resume to go on with it`,
      );
    if (existsSync(out('config.json')))
      refuseDifferences('pipeline', 'config', flatten(readJson<object>(out('config.json'))), flatten(config));
    if (existsSync(out('summary.json'))) {
      process.stderr.write(`pipeline: the run in ${options.out} is complete\n`);
      return readJson<PipelineSummary>(out('summary.json'));
    }
  }
  const flow = pipelineFlow(config);
  const engine = jobs === undefined ? await useEngine(options.engine) : chosenEngine(options.engine);
  const store = openStore({ kind: 'run', root: options.out, engine });
  const { nodes } = flow;
  // Not before a stage is done: an engine that cannot be had leaves no folder.
  const keepConfig = ({ isDone }: Progression): void => {
    if (!existsSync(out('config.json')) && nodes.some(isDone)) writeJson(out('config.json'), config);
  };
  const board = openBoard(screen(), {
    nodes,
    done: nodes.filter(store.isDone),
    jobs: jobs ?? 1,
    expected: expectedSeconds(config),
  });
  try {
    await runFlow(nodes, {
      store,
      ...(jobs !== undefined && { workers: { count: jobs, threads: threadsEach(jobs) } }),
      onFailure: 'stop',
      onProgress: keepConfig,
      watch: board,
    });
  } finally {
    board.close();
  }
  const manifests = nodes.map(store.manifest);
  const stageSeconds = Object.fromEntries(
    nodes.map(({ label }, i) => [label, (manifests[i] as StageManifest).seconds]),
  );
  return summarize(config, { engine, command, stageSeconds, wallSeconds: wallSeconds(manifests) }, out);
}

/** A nested configuration as one record by dotted path, e.g. `ppo.klCoef`. */
function flatten(config: object, before = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flatten(value, `${before}${key}.`))
        : [[`${before}${key}`, value]],
    ),
  );
}
