/** A process that runs steps of the pipeline into the folder of a run. */
import { join } from 'node:path';
import { useEngine } from '../backend';
import type { PipelineConfig } from './config';
import { pipelineSteps } from './steps';
import { runStep } from './run-steps';
import { serveOrders } from './serve-orders';
import type { StepOrder } from './workers';

/** One step of one run. */
export interface PipelineOrder extends StepOrder {
  readonly config: PipelineConfig;
  /** The pipeline's folder. */
  readonly out: string;
  readonly engine: string;
}

serveOrders(async ({ name, config, out, engine }: PipelineOrder) => {
  await useEngine(engine);
  const inRun = (path: string): string => join(out, path);
  const step = pipelineSteps(config, inRun).find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`the pipeline has no step ${name}`);
  await runStep(inRun, engine, step);
});
