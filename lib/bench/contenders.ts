/** Who is timed: each contender is a process of its own that runs a round when it is asked to. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { engineEnvironment, type EngineName } from '../backend';
import { benchCases, type CaseName } from './cases';

export type ContenderAnswer = { readonly milliseconds: readonly number[] } | { readonly failure: string };

export interface Contender {
  readonly name: string;
  round(): Promise<ContenderAnswer>;
  end(): void;
}

/** An engine of the kit. */
export function engineContender(engine: EngineName, caseName: CaseName): Contender {
  const child = fork(join(__dirname, 'contender-process.js'), [engine, caseName], {
    env: { ...process.env, ...engineEnvironment(engine) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    name: engine,
    async round() {
      child.send('round');
      return answerOf(child, once(child, 'message') as Promise<[ContenderAnswer]>);
    },
    end: () => void child.kill(),
  };
}

export const peerNames = ['torch', 'torchCompile', 'transformers', 'jax'] as const;
export type PeerName = (typeof peerNames)[number];

/** A Python stack: the script gets the case as JSON, then answers each line of its input by one. */
export function peerContender(peer: PeerName, caseName: CaseName, python: string): Contender {
  const script = join(packageRoot(), 'experiments', 'bench', 'peers.py');
  const child = spawn(python, [script, peer, JSON.stringify(benchCases[caseName])], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: peer,
    async round() {
      child.stdin.write('round\n');
      const line = lines
        .next()
        .then(({ value }): [ContenderAnswer] => [
          typeof value === 'string'
            ? (JSON.parse(value) as ContenderAnswer)
            : { failure: `${peer} ended without an answer` },
        ]);
      return answerOf(child, line);
    },
    end: () => void child.kill(),
  };
}

async function answerOf(child: ChildProcess, answer: Promise<[ContenderAnswer]>): Promise<ContenderAnswer> {
  const ended = once(child, 'exit').then(([code]): [ContenderAnswer] => [
    { failure: `its process ended with ${code}` },
  ]);
  const [result] = await Promise.race([answer, ended]);
  return result;
}

/** The folder of package.json: built files lie in dist/lib/bench. */
export function packageRoot(): string {
  return join(__dirname, '..', '..', '..');
}
