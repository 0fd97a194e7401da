/** A notebook's session: compiles and runs cells one after another in this process. The kernel and the runner share it. */
import type { Diagnostic } from 'tslab/dist/converter';
import type { Executor } from 'tslab/dist/executor';
import { useEngine } from '../../backend';
import { errorMessage } from '../../errors';
import { packageRoot } from '../../train/versions';
import { showValue } from '../show-value';
import { declarationsReached, withoutEmptying } from './declarations';
import { describeDiagnostics, describeThrown, type CellFailure } from './failure';
import { inFolder, loadTslab } from './tslab';

/** Something to display, as Jupyter's messages have it. */
export interface DisplayData {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly transient?: { readonly display_id?: string };
}

/** Where a cell's output goes. */
export interface Sink {
  stream(name: 'stdout' | 'stderr', text: string): void;
  /** @param update replaces what was displayed under the same id. */
  display(display: DisplayData, update: boolean): void;
}

export interface Session {
  /** The version of the compiler. */
  readonly typescript: string;
  /** Why the engine cannot be had; undefined when it computes. */
  readonly engineProblem: Promise<string | undefined>;
  /**
   * Runs a cell. What is written later still goes to the newest cell.
   *
   * @returns what went wrong, if anything: a type error, a throw, a rejection that nobody handles, a missing engine.
   */
  execute(source: string, sink: Sink): Promise<CellFailure | undefined>;
  /** Ends the wait for a cell that is at an `await`. */
  interrupt(): void;
  /** For a frontend's completion and tooltips. */
  readonly executor: Executor;
}

/** What tslab hands to the code of cells. */
interface CellGlobals {
  readonly exports: Record<string, unknown>;
  readonly require: NodeJS.Require;
}

/**
 * Starts a session. Packages are this package's, wherever the notebook lies; paths are from the folder that the process was started in.
 *
 * @param engine computes from the first cell on; as for `useEngine`.
 */
export function startSession(engine?: string): Session {
  const root = packageRoot();
  const { ts, converter, executor: executors, jupyter } = loadTslab(root);
  const compiler = inFolder(root, () => converter.createConverter({ isJS: false, isBrowser: false }));
  let diagnostics: readonly Diagnostic[] = [];
  let thrown: { readonly value: unknown } | undefined;
  // Declarations of all cells so far; those of the newest one, and the names that it has given values to.
  let declared = '';
  let newest = { whole: '', names: [] as readonly string[] };
  let reached = new Set<string>();
  const node: typeof compiler = {
    ...compiler,
    convert(_, source) {
      const converted = compiler.convert(declared, source);
      ({ diagnostics } = converted);
      if (diagnostics.length > 0) return converted;
      const { output, names } = withoutEmptying(converted.output ?? '');
      newest = { whole: converted.declOutput ?? '', names };
      return { ...converted, output };
    },
    inspect: (_, source, position) => compiler.inspect(declared, source, position),
    complete: (_, source, position) => compiler.complete(declared, source, position),
  };
  const executor = executors.createExecutor(
    root,
    { node, browser: node, close: () => compiler.close() },
    {
      // The value of a cell's last expression.
      log: (value: unknown) => showValue(value),
      // tslab reports diagnostics here too; those are at hand already.
      error: (...values: unknown[]) => {
        if (diagnostics.length === 0) thrown ??= { value: values[0] };
      },
    },
  );
  const globals = globalThis as unknown as { __tslab__: CellGlobals };
  globals.__tslab__ = { ...globals.__tslab__, exports: noting(executor.locals, (name) => reached.add(name)) };
  const keepDeclarations = (isWhole: boolean): void => {
    const unreached = newest.names.filter((name) => !reached.has(name));
    declared = isWhole ? newest.whole : declarationsReached(ts, declared, newest.whole, new Set(unreached));
    // E.g. a `var` of a block that was not entered.
    if (isWhole) for (const name of unreached) executor.locals[name] = undefined;
  };

  let crash: ((error: unknown) => void) | undefined;
  const onCrash = (error: unknown): void => {
    if (crash !== undefined) crash(error);
    else process.stderr.write(`${describeThrown(error).traceback.join('\n')}\n`);
  };
  process.on('unhandledRejection', onCrash);
  process.on('uncaughtException', onCrash);

  const engineProblem = useEngine(engine).then(() => undefined, errorMessage);
  let choseAnother = false;
  let interrupted = false;

  return {
    typescript: ts.version,
    engineProblem,
    executor,
    interrupt() {
      interrupted = true;
      executor.interrupt();
    },
    async execute(source, sink) {
      process.stdout.write = writer('stdout', sink);
      process.stderr.write = writer('stderr', sink);
      (jupyter as { lastWriteDisplayData: Sink['display'] }).lastWriteDisplayData = (data, update) =>
        sink.display(data, update);
      const problem = await engineProblem;
      // tfjs would compute with plain JavaScript instead, and nobody would know.
      choseAnother ||= source.includes('useEngine');
      if (problem !== undefined && !choseAnother) {
        return describeThrown(
          new Error(
            `${problem}. Restart the kernel after that; or choose an engine in the first cell: await useEngine('wasm')`,
          ),
        );
      }
      diagnostics = [];
      thrown = undefined;
      newest = { whole: declared, names: [] };
      reached = new Set();
      interrupted = false;
      const crashed = new Promise<false>((resolve) => {
        crash = (error) => {
          thrown ??= { value: error };
          resolve(false);
        };
      });
      const done = executor.execute(source);
      let ok = await Promise.race([done, crashed]);
      // A rejection that nobody handles is known after this turn.
      await new Promise((resolve) => setImmediate(resolve));
      crash = undefined;
      ok &&= thrown === undefined;
      keepDeclarations(ok);
      if (ok) return undefined;
      if (diagnostics.length > 0) return describeDiagnostics(source, diagnostics);
      if (interrupted || isInterruption(thrown)) {
        const evalue = 'the cell was interrupted';
        return { ename: 'Interrupted', evalue, traceback: [evalue] };
      }
      // When something else crashed, the cell may still wait for it.
      executor.interrupt();
      return describeThrown(
        (thrown as { value: unknown } | undefined)?.value ?? new Error('the cell failed'),
      );
    },
  };
}

/** The values of cells; whoever sets one is heard. */
function noting(values: Record<string, unknown>, note: (name: string) => void): Record<string, unknown> {
  return new Proxy(values, {
    set(target, name, value) {
      note(String(name));
      return Reflect.set(target, name, value);
    },
    defineProperty(target, name, attributes) {
      note(String(name));
      return Reflect.defineProperty(target, name, attributes);
    },
  });
}

/** A cell that never waits is stopped by Node, without a call of `interrupt`. */
function isInterruption(thrown: { readonly value: unknown } | undefined): boolean {
  return (thrown?.value as { code?: string } | undefined)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}

function writer(name: 'stdout' | 'stderr', sink: Sink): typeof process.stdout.write {
  return ((text: string | Uint8Array, encoding?: unknown, written?: () => void) => {
    sink.stream(name, typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
    const callback = typeof encoding === 'function' ? (encoding as () => void) : written;
    if (callback !== undefined) process.nextTick(callback);
    return true;
  }) as typeof process.stdout.write;
}
