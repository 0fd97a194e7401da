/** Peak memory of a training step by the way its state is updated ("fused gradient descent"), from what the compiler says. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { engineEnvironment, type EngineName } from '../backend';
import { updateForms, type StepCase, type UpdateForm } from './cases';

/** MiB on the device at the worst moment of a step: parameters, moments and gradients included. */
export type StepMemory = Readonly<Record<UpdateForm, number>>;

/** @returns undefined for an engine that compiles nothing, or does not tell. */
export async function stepMemory(engine: EngineName, work: StepCase): Promise<StepMemory | undefined> {
  const found: Partial<Record<UpdateForm, number>> = {};
  for (const form of updateForms) {
    const child = fork(join(__dirname, 'memory-process.js'), [engine, JSON.stringify(work), form], {
      env: { ...process.env, ...engineEnvironment(engine) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [answer] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    child.kill();
    const bytes = (answer as { bytes?: number } | null)?.bytes;
    if (bytes === undefined) return undefined;
    found[form] = bytes / 2 ** 20;
  }
  return found as StepMemory;
}
