/** Runs in a process of its own: the cells of one notebook, up to the first that fails. */
import { startSession } from '../kernel/session';
import { endWithParent } from '../kernel/watch-parent';
import type { Order, Report } from './messages';
import type { Output } from './notebook-file';
import { collectOutputs, errorOutput, finishOutputs, type Displays } from './outputs';

/** Said before what follows begins: a cell may keep this process from sending for good. */
function say(report: Report): Promise<void> {
  return new Promise((resolve) => process.send?.(report, undefined, undefined, () => resolve()));
}

async function run({ engine, cells }: Order): Promise<void> {
  const session = startSession(engine);
  const message = await session.engineProblem;
  if (message !== undefined) return say({ kind: 'engineMissing', message });
  const displays: Displays = new Map();
  const outputs: Record<number, Output[]> = {};
  for (const { index, source, mayFail } of cells) {
    await say({ kind: 'started', cell: index });
    const collected = collectOutputs(displays);
    outputs[index] = collected.outputs;
    const failure = await session.execute(source, collected.sink);
    if (failure !== undefined) collected.outputs.push(errorOutput(failure));
    await say({ kind: 'ended', cell: index, failure });
    if (failure !== undefined && !mayFail) break;
  }
  const finished = Object.entries(outputs).map(([index, list]) => [index, finishOutputs(list)] as const);
  await say({ kind: 'done', typescript: session.typescript, outputs: Object.fromEntries(finished) });
}

endWithParent();
process.once('disconnect', () => process.exit(1));
process.once('message', (order) => {
  // What cells left open, e.g. timers, must not keep the process.
  void run(order as Order).finally(() => process.exit(0));
});
