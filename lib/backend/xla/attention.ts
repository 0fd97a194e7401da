/** Whether cuDNN's attention is used: for the sizes that it takes, once it has given what the plain form gives. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, InputError } from '../../errors';
import { readJson, writeJson } from '../../files';
import { createRng } from '../../random';
import type { AttentionSizes } from '../fused-attention';
import { cacheDirectory } from '../setup/cache';
import { compileAside, device } from './device';
import {
  attentionEmitters,
  cudnnAttention,
  type AttentionInputs,
  type AttentionWriter,
} from './trace/kernels/attention';
import { Program } from './trace/program';
import type { Value } from './trace/value';

/** Heads of more numbers it takes on some devices only; with a bias, an even number of queries and of keys. */
function isTaken({ T, S, hd }: AttentionSizes): boolean {
  return hd % 8 === 0 && hd <= 128 && T === S && T % 2 === 0;
}

/** Of the largest number: the rounding of operands, weights and results to 8 bits, some times one after the other. */
const tolerance = 0.02;
/** More weights than this are compared on one sequence: the plain form keeps them, 256 MiB. */
const mostWeights = 2 ** 26;

const verdicts = new Map<string, boolean>();

/**
 * Computes both forms when sizes come for the first time; where they differ, or the device cannot, one sentence says that the plain form
 * is used.
 *
 * @param fused what is compared with the plain form.
 */
export function hasAttention(
  sizes: AttentionSizes,
  fused: AttentionWriter = cudnnAttention,
  say: (sentence: string) => void = (sentence) => void process.stderr.write(`${sentence}\n`),
): boolean {
  if (!isTaken(sizes)) return false;
  const key = JSON.stringify(sizes);
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  const reason = found(sizes, key, fused);
  verdicts.set(key, reason === undefined);
  if (reason !== undefined)
    say(`xla: attention of ${key} is computed in its plain form, not by cuDNN: ${reason}`);
  return reason === undefined;
}

/** Why the fused form cannot be used; what fails, e.g. for want of memory, is tried again by the next process. */
function found(sizes: AttentionSizes, key: string, fused: AttentionWriter): string | undefined {
  try {
    const find = (): string | undefined => disagreement(sizes, fused);
    return fused === cudnnAttention ? remembered(key, find) : find();
  } catch (error) {
    return errorMessage(error).split('\n')[0];
  }
}

/** Reasons by device and sizes, null where both forms agree: what one process found, the next one need not find again. */
type Verdicts = Readonly<Record<string, string | null>>;

function remembered(sizes: string, find: () => string | undefined): string | undefined {
  const file = join(cacheDirectory(), 'xla', 'attention.json');
  const key = `${createHash('sha256').update(device().key).digest('hex').slice(0, 16)} ${sizes}`;
  const before = existsSync(file) ? readJson<Verdicts>(file)[key] : undefined;
  if (before !== undefined) return before ?? undefined;
  const reason = find();
  // Another process may have written meanwhile.
  const all = existsSync(file) ? readJson<Verdicts>(file) : {};
  try {
    writeJson(file, { ...all, [key]: reason ?? null } satisfies Verdicts);
  } catch (error) {
    // A folder that may not be written: the next process finds it again.
    if (!(error instanceof InputError)) throw error;
  }
  return reason;
}

function disagreement(sizes: AttentionSizes, fused: AttentionWriter): string | undefined {
  const { B, H, T, S } = sizes;
  const compared = B * H * T * S > mostWeights ? { ...sizes, B: 1 } : sizes;
  const given = draw(compared);
  const [own, wanted] = [compute(compared, given, fused), compute(compared, given, plainAttention)];
  const names = ['its result', 'the gradient of queries', 'the gradient of keys', 'the gradient of values'];
  // Rows that see nothing may hold anything finite: their gradient is 0.
  const counts = (i: number) => (at: number) => i > 0 || given.dOut[at] !== 0;
  const far = wanted.map((numbers, i) => relativeDistance(own[i] as Float32Array, numbers, counts(i)));
  const wrong = far.findIndex((distance) => !(distance <= tolerance));
  return wrong < 0
    ? undefined
    : `${names[wrong]} differs by ${far[wrong]?.toPrecision(2)} of the largest number`;
}

/** Largest |a − b| of the places that count by the largest |b|; infinite when a number of a is not finite. */
function relativeDistance(a: Float32Array, b: Float32Array, counts: (place: number) => boolean): number {
  let [distance, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (!Number.isFinite(x)) return Infinity;
    if (!counts(i)) continue;
    distance = Math.max(distance, Math.abs(x - y));
    size = Math.max(size, Math.abs(y));
  }
  return distance / size;
}

const shapesOf = ({ B, H, Hkv, T, S, hd }: AttentionSizes) => ({
  q: [B, H, T, hd],
  k: [B, Hkv, S, hd],
  v: [B, Hkv, S, hd],
  bias: [B, 1, T, S],
  dOut: [B, H, T, hd],
});

/**
 * Random numbers. The bias shuts what lies behind a query, the first quarter of the first sequence and the last of the last one, as if they
 * were padding; what is computed for the first sequence's padding counts nowhere.
 */
function draw(sizes: AttentionSizes): Record<keyof ReturnType<typeof shapesOf>, Float32Array> {
  const rng = createRng(1);
  const { B, H, T, S, hd } = sizes;
  const { q, k, v, dOut } = shapesOf(sizes);
  const numbers = (shape: readonly number[], of: (i: number) => number): Float32Array =>
    Float32Array.from({ length: shape.reduce((all, extent) => all * extent, 1) }, (_, i) => of(i));
  const normal = (shape: readonly number[]): Float32Array => numbers(shape, () => rng.normal());
  const bias = numbers([B, T, S], (i) => {
    const [sequence, row, column] = [Math.floor(i / (T * S)), Math.floor(i / S) % T, i % S];
    const isPadding = (sequence === 0 && column < S / 4) || (sequence === B - 1 && column >= 0.75 * S);
    return column > row || isPadding ? -1e9 : 0;
  });
  const upstream = numbers(dOut, (i) => {
    const [sequence, row] = [Math.floor(i / (H * T * hd)), Math.floor(i / hd) % T];
    return sequence === 0 && row < T / 4 ? 0 : rng.normal();
  });
  return { q: normal(q), k: normal(k), v: normal(v), bias, dOut: upstream };
}

/** The result and the gradients of queries, keys and values. */
function compute(
  sizes: AttentionSizes,
  given: ReturnType<typeof draw>,
  writer: AttentionWriter,
): Float32Array[] {
  const { client, isProcessor } = device();
  const program = new Program(isProcessor);
  const shapes = Object.entries(shapesOf(sizes));
  const values = Object.fromEntries(
    shapes.map(([name, shape]) => [name, program.parameter(shape, 'float32')] as const),
  );
  const { forward, backward } = attentionEmitters(writer);
  const attributes = { scale: 1 / Math.sqrt(sizes.hd) };
  const [out, sums] = forward(program, values, attributes) as [Value, Value];
  const gradients = backward(program, { ...values, out, sums }, attributes) as readonly Value[];
  // Run once: the first kernels that are right will do.
  const further = isProcessor ? {} : { xla_gpu_autotune_level: 0 };
  const { executable } = compileAside(program.text([out, ...gradients]), 'attention on trial', further);
  const inputs = shapes.map(([name, shape]) =>
    client.put(given[name as keyof typeof given], 'float32', shape),
  );
  try {
    const outputs = executable.runSync(inputs);
    const read = outputs.map((output) => output.readSync() as Float32Array);
    for (const output of outputs) output.dispose();
    return read;
  } finally {
    for (const buffer of inputs) buffer.dispose();
    executable.dispose();
  }
}

/** The definition, with weights that lie in memory, in float32. */
export const plainAttention: AttentionWriter = {
  forward(program, inputs) {
    const { q, v } = inputs;
    const { weights, sums } = weigh(program, inputs);
    const mixed = program.dot(weights, perKeyHead(program, v, v), 1, 2, 1); // [N, G·T, hd]
    return { out: program.convert(program.reshape(mixed, q.shape), 'bfloat16'), sums };
  },
  backward(program, inputs, { out, dOut }) {
    const { q, k, v, scale } = inputs;
    const [queries, keys, values, dO] = [q, k, v, dOut].map((x) => perKeyHead(program, x, k)) as [
      Value,
      Value,
      Value,
      Value,
    ];
    const { weights } = weigh(program, inputs); // [N, G·T, S]
    const products = program.elementwise('multiply', dO, perKeyHead(program, out, k));
    const along = program.reduce('add', products, [2], 0); // Σ dO∘O
    const dP = program.dot(dO, values, 1, 2, 2);
    const centered = program.elementwise('subtract', dP, acrossRows(program, along, dP));
    const dS = program.elementwise('multiply', weights, centered);
    const scaled = program.elementwise('multiply', dS, program.fill(scale, dS.shape, 'float32'));
    const narrow = (x: Value, like: Value): Value =>
      program.convert(program.reshape(x, like.shape), 'bfloat16');
    return [
      narrow(program.dot(scaled, keys, 1, 2, 1), q),
      narrow(program.dot(scaled, queries, 1, 1, 1), k),
      narrow(program.dot(weights, dO, 1, 1, 1), v),
    ];
  },
};

/** Rows by the head of keys that they belong to. [B, H, T, hd] → [B·Hkv, G·T, hd], float32 */
function perKeyHead(program: Program, x: Value, { shape }: Value): Value {
  const N = (shape[0] as number) * (shape[1] as number);
  const size = x.shape.reduce((all, extent) => all * extent, 1);
  const hd = x.shape[3] as number;
  return program.reshape(program.convert(x, 'float32'), [N, size / N / hd, hd]);
}

/** One number a row, in all columns. [N, R] → [N, R, S] */
function acrossRows(program: Program, numbers: Value, { shape }: Value): Value {
  return program.broadcast(program.reshape(numbers, [...numbers.shape, 1]), shape);
}

/** softmax(scale·QKᵀ + bias) [N, G·T, S] and log Σ exp of its rows [B, H, T]. */
function weigh(program: Program, { q, k, bias, scale }: AttentionInputs): { weights: Value; sums: Value } {
  const products = program.dot(perKeyHead(program, q, k), perKeyHead(program, k, k), 1, 2, 2);
  const scaled = program.elementwise('multiply', products, program.fill(scale, products.shape, 'float32'));
  const heads = [...q.shape.slice(0, 3), k.shape[2] as number];
  const added = program.broadcast(program.convert(bias, 'float32'), heads);
  const scores = program.reshape(
    program.elementwise('add', program.reshape(scaled, heads), added),
    products.shape,
  );
  const largest = program.reduce('maximum', scores, [2], -Infinity);
  const powers = program.elementwise(
    'exponential',
    program.elementwise('subtract', scores, acrossRows(program, largest, scores)),
  );
  const total = program.reduce('add', powers, [2], 0);
  const sums = program.elementwise('add', largest, program.elementwise('log', total));
  return {
    weights: program.elementwise('divide', powers, acrossRows(program, total, powers)),
    sums: program.reshape(sums, q.shape.slice(0, 3)),
  };
}
