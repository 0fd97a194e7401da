/**
 * A process that runs steps of the pipeline: what {@link startWorkers} forks. It says by message how a step ended, and when
 * the process that gives the orders goes or lets go, it stops as after Ctrl-C.
 */
import { join } from 'node:path';
import { useEngine } from '../backend';
import { errorMessage, InputError, InterruptedError } from '../errors';
import { requestInterrupt } from '../train/interrupt';
import { pipelineSteps } from './pipeline';
import { runStep } from './run-steps';
import type { StepEnd, StepOrder } from './workers';

// Ctrl-C reaches every process of a terminal; the one that waits passes it on.
process.on('SIGINT', () => {});
process.on('disconnect', () => {
  if (!requestInterrupt()) process.exit(130);
});
process.on('message', (order: StepOrder) => {
  void runOrdered(order).then((end) => {
    if (process.connected) process.send?.(end);
    else process.exit(130);
  });
});

async function runOrdered({ name, config, out, engine }: StepOrder): Promise<StepEnd> {
  try {
    await useEngine(engine);
    const inRun = (path: string): string => join(out, path);
    const steps = pipelineSteps(config, inRun);
    const step = steps.find((candidate) => candidate.name === name);
    if (step === undefined) throw new Error(`the pipeline has no step ${name}`);
    await runStep(inRun, engine, step);
    return { error: undefined };
  } catch (error) {
    const kind =
      error instanceof InterruptedError ? 'interrupted' : error instanceof InputError ? 'input' : 'other';
    return {
      error: {
        kind,
        message: kind === 'other' && error instanceof Error ? `${error.stack}` : errorMessage(error),
      },
    };
  }
}
