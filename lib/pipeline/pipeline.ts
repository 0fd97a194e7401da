/** The whole pipeline on the embedded world, stage after stage; between them there are only files. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chosenEngine, engineEnvironment, takeThreads, threadsEach, useEngine } from '../backend';
import type { PipelineSummary } from '../evaluation/summary';
import { InputError } from '../errors';
import { readJson } from '../files';
import { interruptible, requestInterrupt } from '../train/interrupt';
import type { PipelineConfig } from './config';
import { runStep, runSteps, wallSeconds, type StepManifest } from './run-steps';
import { pipelineSteps } from './steps';
import { summarize } from './summarize';
import type { PipelineOrder } from './worker-process';
import { startWorkers } from './workers';

export interface PipelineOptions {
  readonly out: string;
  /** Go on with the pipeline in `out`: finished steps are skipped, the unfinished one goes on from its checkpoint. */
  readonly resume: boolean;
  readonly engine?: string;
  /** Processes that run the steps, each one step at a time. When absent this process runs them itself, one after another. */
  readonly jobs?: number;
  /** The command that makes the run again, for the report. */
  readonly command: string;
}

/** As many as two cores keep busy: a step keeps one process busy. */
export const defaultJobs = 2;

/**
 * Runs the pipeline into `out` and returns its summary, which is also `summary.json`; the report is `report.html`.
 *
 * @throws {InputError} when `out` holds something and `resume` is not given.
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
    if (existsSync(out('summary.json'))) {
      process.stderr.write(`pipeline: the run in ${options.out} is complete\n`);
      return readJson<PipelineSummary>(out('summary.json'));
    }
  }
  const steps = pipelineSteps(config, out);
  const engine = jobs === undefined ? await useEngine(options.engine) : chosenEngine(options.engine);
  if (jobs === undefined) {
    await runSteps(steps, 1, (step) => ({
      done: runStep(out, engine, step),
      stop: requestInterrupt,
    }));
  } else {
    const workers = startWorkers<PipelineOrder>({
      count: jobs,
      program: join(__dirname, 'worker-process.js'),
      environment: { ...takeThreads(threadsEach(jobs)), ...engineEnvironment(engine) },
    });
    try {
      await interruptible(
        () => runSteps(steps, jobs, ({ name }) => workers.run({ name, config, out: options.out, engine })),
        workers.end,
      );
    } finally {
      workers.end();
    }
  }
  const manifests = steps.map(({ name }) => readJson<StepManifest>(out(`${name}/manifest.json`)));
  const stageSeconds = Object.fromEntries(
    steps.map(({ name }, i) => [name, (manifests[i] as StepManifest).seconds]),
  );
  return summarize(config, { engine, command, stageSeconds, wallSeconds: wallSeconds(manifests) }, out);
}
