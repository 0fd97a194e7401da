/** A process that makes one training step and tells how much memory its programs need. */
import { programMemory, useEngine, type ProgramMemory } from '../backend';
import { trainingStep, type StepCase, type UpdateForm } from './cases';

const [engine, json, form] = process.argv.slice(2) as [string, string, UpdateForm];

function total({ arguments: given, outputs, shared, temporary }: ProgramMemory): number {
  return given + outputs - shared + temporary;
}

/** Two moments wait beside a gradient that is a program of its own: twice the parameters, which are nearly all that it returns. */
function peak(programs: readonly ProgramMemory[]): number {
  const needed = programs.map((program) => {
    const isGradient = form === 'apart' && program.shared === 0 && program.temporary > program.outputs;
    return total(program) + (isGradient ? 2 * program.outputs : 0);
  });
  return Math.max(...needed);
}

async function measure(): Promise<void> {
  await useEngine(engine);
  await trainingStep(JSON.parse(json) as StepCase, form).run();
  const programs = programMemory();
  process.send?.(programs.length === 0 ? {} : { bytes: peak(programs) });
}

process.on('disconnect', () => process.exit());
void measure();
