/** A process that is timed: it prepares the case that it is told, then runs one round at each message. */
import { useEngine } from '../backend';
import { errorMessage } from '../errors';
import { prepareCase, type BenchCase, type Timed } from './cases';
import type { ContenderAnswer } from './contenders';

const [engine, json] = process.argv.slice(2) as [string, string];
const work = JSON.parse(json) as BenchCase;

async function prepare(): Promise<Timed> {
  await useEngine(engine);
  return prepareCase(work);
}

const prepared = prepare();

process.on('message', () => {
  void round().then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());

async function round(): Promise<ContenderAnswer> {
  try {
    const timed = await prepared;
    const times: number[] = [];
    for (let i = 0; i < work.repetitions; i++) {
      const start = performance.now();
      await timed.run();
      times.push(performance.now() - start);
    }
    return { milliseconds: times };
  } catch (error) {
    return { failure: errorMessage(error).split('\n')[0] as string };
  }
}
