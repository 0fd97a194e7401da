/** Steps as compiled programs: traced once for each set of shapes, then run on the device. */
import * as tf from '@tensorflow/tfjs';
import type { Jit } from '../jit';
import { flatten, mapTree, typeText } from '../../tensor/pytree';
import { compile, device } from './device';
import { giveBackFreedMemory } from './pjrt/allocator';
import { DeviceBuffer } from './pjrt/buffer';
import { PjrtError } from './pjrt/error';
import type { Executable, Run } from './pjrt/executable';
import { deviceTensors } from './tensors';
import type { Program } from './trace/program';
import type { DType, Value } from './trace/value';
import { trace, tracing, type Hoisted, type Parameter } from './trace/trace';

/** What a step gives for a tensor of its result. */
type Source =
  /** An output of the program. */
  | { readonly output: number }
  /** An argument that it returned as it is. */
  | { readonly returned: number }
  /** A copy of an argument. */
  | { readonly copied: number };

/** A step for arguments of given shapes. */
interface Compiled {
  readonly executable: Executable;
  readonly outputs: readonly Value[];
  /** The tree of the result, with the tensors that stood for it while it was traced, and where each comes from. */
  readonly result: unknown;
  readonly sources: ReadonlyMap<tf.Tensor, Source>;
  /** Arguments that a call uses up. */
  readonly consumed: readonly number[];
  /** Those whose memory an output takes over. */
  readonly donated: readonly number[];
  /** What the program takes after the step's arguments. */
  readonly hoisted: readonly (DeviceBuffer | tf.TensorInfo)[];
}

/** @returns the tree as text: its form, the shapes and types of its tensors, and everything else that stands in it. */
function signature(args: readonly unknown[]): string {
  return JSON.stringify(mapTree(args, typeText), (key, value: unknown) => {
    if (typeof value === 'function' || typeof value === 'symbol')
      throw new Error(`xla: a step got a ${typeof value} in its argument '${key}'; take it in from outside`);
    return value === undefined ? 'undefined' : value;
  });
}

/** Each program takes some hundred mappings of memory, and the system allows a process 65,530. */
const mostPrograms = 100;

/** Programs of all steps, the one that was used last at the end, and how each is forgotten. */
const recent = new Map<Compiled, () => void>();

function keepRecent(program: Compiled, forget: () => void): void {
  recent.delete(program);
  recent.set(program, forget);
  if (recent.size <= mostPrograms) return;
  const [oldest, forgetOldest] = recent.entries().next().value as [Compiled, () => void];
  recent.delete(oldest);
  forgetOldest();
  if (lastLarge === oldest) lastLarge = undefined;
  for (const what of oldest.hoisted) if (what instanceof DeviceBuffer) what.dispose();
  oldest.executable.dispose();
}

export const compiledJit: Jit = (fn, { donate = [] } = {}) => {
  const programs = new Map<string, Compiled>();
  return (...args) => {
    // A step within a step is part of it.
    if (tracing()) return fn(...args);
    const key = signature(args);
    const program = programs.get(key) ?? make(fn, args, donate);
    programs.set(key, program);
    keepRecent(program, () => programs.delete(key));
    return call(program, args) as ReturnType<typeof fn>;
  };
};

function make<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  donate: readonly number[],
): Compiled {
  const parameters = flatten(args).map(({ shape, dtype }) => ({ shape, dtype: dtype as DType }));
  let result: unknown;
  let own: readonly tf.Tensor[] = [];
  let returned: readonly tf.Tensor[] = [];
  const { program, results, hoisted } = trace(
    (...tensors) => {
      own = tensors;
      const next = tensors.values();
      result = fn(...(mapTree(args, () => next.next().value) as A));
      returned = [...new Set(flatten(result))];
      return returned;
    },
    parameters,
    device().isProcessor,
  );
  const outputs: Value[] = [];
  const sources = new Map(
    returned.map((tensor, i): [tf.Tensor, Source] => {
      const value = results[i] as Value;
      const argument = own.findIndex((_, k) => value.name === `%arg${k}`);
      if (own[argument] === tensor) return [tensor, { returned: argument }];
      return [tensor, argument < 0 ? { output: outputs.push(value) - 1 } : { copied: argument }];
    }),
  );
  const kept = new Set([...sources.values()].flatMap((source) => ('output' in source ? [] : Object.values(source)))); // prettier-ignore
  const consumed = consumedArguments(args, donate);
  const candidates = consumed.filter((i) => !kept.has(i));
  const donations = matchDonations(parameters, candidates, outputs);
  return {
    executable: compileNamingPlaces(program, program.text(outputs, donations), fn.name || 'step'),
    outputs,
    result,
    sources,
    consumed,
    donated: [...donations.keys()],
    hoisted: hoisted.map(upload),
  };
}

/** @throws {PjrtError} what the compiler refuses, with the place of the operation in the user's program. */
function compileNamingPlaces(program: Program, text: string, name: string): Executable {
  try {
    return compile(text, name);
  } catch (error) {
    const [, line] = (error instanceof PjrtError && /-:(\d+):\d+/.exec(error.message)) || [];
    const place = line === undefined ? undefined : program.placeOf(text, Number(line));
    if (place === undefined) throw error;
    const { code, message } = error as PjrtError;
    throw new PjrtError(code, `${message.slice(code.length + 2)}\nThe operation comes from ${place}`);
  }
}

function upload(hoisted: Hoisted): DeviceBuffer | tf.TensorInfo {
  if ('tensor' in hoisted) return hoisted.tensor;
  return device().client.put(hoisted.numbers, hoisted.dtype, hoisted.shape);
}

/** Numbers of the tensors in the arguments at some positions. */
function consumedArguments(args: readonly unknown[], positions: readonly number[]): number[] {
  const positionOf = args.flatMap((arg, position) => flatten(arg).map(() => position));
  return positionOf.flatMap((position, i) => (positions.includes(position) ? [i] : []));
}

/** Which output takes over the memory of which argument: the first of its type that is left, for steps return their state in its order. */
function matchDonations(
  parameters: readonly Parameter[],
  candidates: readonly number[],
  outputs: readonly Value[],
): Map<number, number> {
  const left = new Map<string, number[]>();
  outputs.forEach((value, i) => left.set(typeText(value), [...(left.get(typeText(value)) ?? []), i]));
  return new Map(
    candidates.flatMap((i) => {
      const output = left.get(typeText(parameters[i] as Parameter))?.shift();
      return output === undefined ? [] : [[i, output] as const];
    }),
  );
}

/** Working memory from which on a program counts as large, bytes. */
const largeMemory = 2 ** 27;

/** The large program that ran last. */
let lastLarge: Compiled | undefined;

/** Before another large program than the last one runs, what that one left and nobody uses goes back to the system. */
function makeRoom(program: Compiled): void {
  const needed = program.executable.temporaryBytes();
  if (program === lastLarge || needed < largeMemory || !device().isProcessor) return;
  lastLarge = program;
  giveBackFreedMemory(tf.memory().numBytes + needed);
}

function call(program: Compiled, args: readonly unknown[]): unknown {
  const leaves = flatten(args);
  const buffers = leaves.map((tensor) => deviceTensors.bufferOf(tensor));
  const further = program.hoisted.map((what) =>
    what instanceof DeviceBuffer ? what : deviceTensors.bufferOf(what),
  );
  const uses = new Map<DeviceBuffer, number>();
  for (const buffer of [...buffers, ...further]) uses.set(buffer, (uses.get(buffer) ?? 0) + 1);
  // A buffer that something else holds too, or that is passed twice, must outlive the run.
  const kept = program.donated.filter(
    (i) => !deviceTensors.isOnlyOwner(leaves[i] as tf.Tensor) || uses.get(buffers[i] as DeviceBuffer) !== 1,
  );
  freeSpentHandles();
  makeRoom(program);
  const run = program.executable.start([...buffers, ...further], kept);
  const outputs = run.outputs.map((buffer, i) =>
    tf.engine().makeTensorFromTensorInfo(deviceTensors.tensorOf(buffer, program.outputs[i] as Value)),
  );
  const result = mapTree(program.result, (traced) => {
    const source = program.sources.get(traced) as Source;
    if ('output' in source) return outputs[source.output];
    if ('returned' in source) return leaves[source.returned];
    return tf.engine().makeTensorFromTensorInfo(deviceTensors.share(leaves[source.copied] as tf.Tensor));
  });
  const takenOver = program.donated.filter((i) => !kept.includes(i));
  spend(run, takenOver.map((i) => deviceTensors.release(leaves[i] as tf.Tensor))); // prettier-ignore
  const returned = new Set(flatten(result));
  for (const i of program.consumed) {
    const tensor = leaves[i] as tf.Tensor;
    if (!returned.has(tensor) && !tensor.isDisposed) tensor.dispose();
  }
  return result;
}

/** Runs that may not be over yet, with the handles of buffers that they took over: to free such a handle is to wait for its run. */
const underWay: { readonly run: Run; readonly handles: readonly DeviceBuffer[] }[] = [];

function spend(run: Run, handles: readonly DeviceBuffer[]): void {
  if (handles.length === 0) run.forget();
  else underWay.push({ run, handles });
}

function freeSpentHandles(): void {
  while (underWay[0]?.run.isDone() === true) {
    const { run, handles } = underWay.shift() as (typeof underWay)[number];
    run.forget();
    for (const handle of handles) handle.dispose();
  }
}
