/** Runs the stages of flows, each as soon as those it reads from are done, in this process or in several. */
import { join } from 'node:path';
import { engineEnvironment, takeThreads, type EngineName } from '../backend';
import { InterruptedError } from '../errors';
import { interruptible, requestInterrupt } from '../train/interrupt';
import { drawOn, offerProgressTo } from '../train/progress';
import { screen } from '../train/screen';
import { nodesBehind, type FlowNode } from './flow';
import type { Store } from './store';
import type { FlowOrder } from './worker-process';
import { startWorkers, type Running, type StageWatch } from './workers';

/** Processes that run stages, one at a time each. */
export interface WorkerPool {
  readonly count: number;
  /** Threads of each. */
  readonly threads: number;
  /** What they get besides this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Who shows how stages come along. */
export interface FlowWatch {
  onStart?(node: FlowNode): void;
  /** Takes what a stage has to say while it runs. */
  stage(node: FlowNode): StageWatch;
  /** @param done or it failed. */
  onEnd?(node: FlowNode, done: boolean): void;
}

/** How far a run of stages has come. */
export interface Progression {
  /** How many are neither done nor failed. */
  readonly open: number;
  isDone(node: FlowNode): boolean;
  /** Why a stage failed, or one that it reads from. */
  failure(node: FlowNode): StageFailure | undefined;
}

export interface StageFailure {
  /** The stage that failed first. */
  readonly node: FlowNode;
  readonly error: unknown;
}

export interface RunOptions {
  readonly store: Store;
  /** This process runs them itself, one after another, when absent; its engine must be the store's. */
  readonly workers?: WorkerPool;
  /** `stop`: the others are stopped, and the error is thrown. `skipDependents`: what does not read from it goes on. */
  readonly onFailure: 'stop' | 'skipDependents';
  /** No stage is begun after this, ms since the epoch. */
  readonly until?: number;
  /** Progress and lines go to stderr when absent. */
  readonly watch?: FlowWatch;
  /** Called before the first stage begins and whenever one has ended. */
  readonly onProgress?: (progression: Progression) => Promise<void> | void;
}

/**
 * Runs stages and all that they read from. Stages of several flows that have one folder are one.
 *
 * @returns how many were left when the time was over.
 * @throws {InterruptedError} on Ctrl-C, once every process has stopped.
 */
export async function runFlow(wanted: readonly FlowNode[], options: RunOptions): Promise<number> {
  const { store, workers: pool, watch } = options;
  if (pool === undefined) {
    const run = async (node: FlowNode): Promise<void> => {
      const withdraw = watch && offerProgressTo(watch.stage(node).place);
      await store.run(node).finally(withdraw);
    };
    return schedule(wanted, 1, options, (node) => ({ done: run(node), stop: requestInterrupt }));
  }
  const workers = startWorkers<FlowOrder>({
    count: pool.count,
    program: join(__dirname, 'worker-process.js'),
    environment: {
      ...takeThreads(pool.threads),
      ...engineEnvironment(store.place.engine as EngineName),
      ...pool.environment,
    },
  });
  const start = (node: FlowNode): Running =>
    workers.run(
      { name: node.label, recipe: node.recipe, store: store.place },
      watch?.stage(node) ?? watchPlainly(node),
    );
  try {
    return await interruptible(() => schedule(wanted, pool.count, options, start), workers.end);
  } finally {
    workers.end();
  }
}

function watchPlainly({ label }: FlowNode): StageWatch {
  return { line: (line) => screen().print(`[${label}] ${line}`), place: () => drawOn(screen()) };
}

/** What decides when each stage runs; `start` decides where. */
export async function schedule(
  wanted: readonly FlowNode[],
  jobs: number,
  { store, onFailure, until = Number.POSITIVE_INFINITY, watch, onProgress }: Omit<RunOptions, 'workers'>,
  start: (node: FlowNode) => Running,
): Promise<number> {
  const nodes = new Map<string, FlowNode>();
  for (const node of nodesBehind(wanted)) {
    const folder = store.folder(node);
    if (!nodes.has(folder)) nodes.set(folder, node);
  }
  const done = new Set([...nodes].filter(([, node]) => store.isDone(node)).map(([folder]) => folder));
  const failed = new Map<string, StageFailure>();
  const waiting = new Map([...nodes].filter(([folder]) => !done.has(folder)));
  const running = new Map<string, { readonly end: Promise<Ended>; stop(): void }>();
  const progression: Progression = {
    get open() {
      return waiting.size + running.size;
    },
    isDone: (node) => done.has(store.folder(node)),
    failure: (node) => failed.get(store.folder(node)),
  };

  // A stage that reads from one that failed has failed likewise, and so on: each comes after those that it reads from.
  const spread = (): void => {
    for (const [folder, node] of [...waiting]) {
      const failure = node.upstream.map(progression.failure).find((found) => found !== undefined);
      if (failure === undefined) continue;
      failed.set(folder, failure);
      waiting.delete(folder);
    }
  };
  const startReady = (): void => {
    for (const [folder, node] of [...waiting]) {
      if (running.size >= jobs || Date.now() > until) return;
      if (!node.upstream.every(progression.isDone)) continue;
      waiting.delete(folder);
      watch?.onStart?.(node);
      const { done: end, stop } = start(node);
      running.set(folder, {
        stop,
        end: end.then(
          () => ({ folder, node }),
          (error: unknown) => ({ folder, node, error }),
        ),
      });
    }
  };
  const stopAll = async (): Promise<void> => {
    for (const { stop } of running.values()) stop();
    await Promise.all([...running.values()].map(({ end }) => end));
  };

  await onProgress?.(progression);
  for (startReady(); running.size > 0; startReady()) {
    const ended = await Promise.race([...running.values()].map(({ end }) => end));
    const { folder, node } = ended;
    running.delete(folder);
    watch?.onEnd?.(node, !('error' in ended));
    if (!('error' in ended)) done.add(folder);
    else {
      const { error } = ended;
      if (onFailure === 'stop' || error instanceof InterruptedError) {
        await stopAll();
        throw error;
      }
      failed.set(folder, { node, error });
      spread();
    }
    await onProgress?.(progression);
  }
  return waiting.size;
}

interface Ended {
  readonly folder: string;
  readonly node: FlowNode;
  readonly error?: unknown;
}
