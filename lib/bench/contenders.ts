/** Who is timed: each contender is a process of its own that runs a round when it is asked to. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compilerOptionsEnvironment, engineEnvironment, type EngineName } from '../backend';
import { errorMessage } from '../errors';
import { packageRoot } from '../train/versions';
import type { BenchCase } from './cases';

export type ContenderAnswer = { readonly milliseconds: readonly number[] } | { readonly failure: string };

export interface Contender {
  readonly name: string;
  round(): Promise<ContenderAnswer>;
  /** Asks it to end, and kills it when it does not within some seconds: a process with a GPU may not go by itself. */
  end(): Promise<void>;
}

/** An engine of the kit. @param options further ones for its compiler; they are part of its name. */
export function engineContender(engine: EngineName, work: BenchCase, options?: string): Contender {
  const child = fork(join(__dirname, 'contender-process.js'), [engine, JSON.stringify(work)], {
    env: {
      ...process.env,
      ...engineEnvironment(engine),
      ...(options !== undefined && compilerOptionsEnvironment(options)),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = endOf(child);
  return {
    name: options === undefined ? engine : `${engine} ${options}`,
    round() {
      child.send('round');
      const answer = once(child, 'message').then(([message]) => message as ContenderAnswer);
      return Promise.race([answer, ended]);
    },
    end: () => endProcess(child, ended, () => child.connected && child.disconnect()),
  };
}

export const peerNames = ['torch', 'torchCompile', 'transformers', 'jax'] as const;
export type PeerName = (typeof peerNames)[number];

/** Where the Python stacks compute. */
export const peerDevices = ['cpu', 'cuda'] as const;
export type PeerDevice = (typeof peerDevices)[number];

/** A Python stack: the script gets the case as JSON, then answers each line of its input by one. */
export function peerContender(peer: PeerName, work: BenchCase, python: string, where: PeerDevice): Contender {
  const script = join(packageRoot(), 'experiments', 'bench', 'peers.py');
  const child = spawn(python, [script, peer, JSON.stringify(work), where], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = endOf(child);
  return {
    name: peer,
    round() {
      child.stdin.write('round\n');
      // Without a line the process has ended.
      const answer = lines
        .next()
        .then(({ value, done }) => (done ? ended : (JSON.parse(value) as ContenderAnswer)));
      return Promise.race([answer, ended]);
    },
    end: () => endProcess(child, ended, () => child.stdin.end()),
  };
}

const patience = 3000;

async function endProcess(child: ChildProcess, ended: Promise<unknown>, ask: () => void): Promise<void> {
  ask();
  const kill = setTimeout(() => child.kill('SIGKILL'), patience);
  const late = new Promise((resolve) => setTimeout(resolve, 2 * patience).unref());
  await Promise.race([ended, late]);
  clearTimeout(kill);
  // What it started may hold its output open, and a process that the system cannot end is not waited for.
  child.stdout?.destroy();
  child.unref();
}

/** What a process that ended answers from then on. */
function endOf(child: ChildProcess): Promise<ContenderAnswer> {
  return once(child, 'exit').then(
    ([code]) => ({ failure: `its process ended with ${code}` }),
    (error: unknown) => ({ failure: errorMessage(error) }),
  );
}
