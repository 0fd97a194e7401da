/** A process that makes one training step and tells how much memory its programs need. */
import { programMemory, useEngine, type ProgramMemory } from '../backend';
import { trainingStep, type StepCase, type UpdateForm } from './cases';

const [engine, json, form] = process.argv.slice(2) as [string, string, UpdateForm];

function total({ arguments: given, outputs, shared, temporary }: ProgramMemory): number {
  return given + outputs - shared + temporary;
}

/** Where the gradient is a program of its own, two moments wait beside it: twice the gradients, which are nearly all that it returns. */
function peak(programs: readonly ProgramMemory[]): number {
  const largest = Math.max(...programs.map(total));
  if (form !== 'apart') return largest;
  const [gradient] = [...programs].sort((a, b) => b.temporary - a.temporary) as [ProgramMemory];
  return Math.max(largest, total(gradient) + 2 * gradient.outputs);
}

async function measure(): Promise<void> {
  await useEngine(engine);
  await trainingStep(JSON.parse(json) as StepCase, form).run();
  const programs = programMemory();
  process.send?.(programs.length === 0 ? {} : { bytes: peak(programs) });
}

process.on('disconnect', () => process.exit());
void measure();
