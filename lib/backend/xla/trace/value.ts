/** Values of a StableHLO program and how their types and numbers are written. */

/** tfjs's types that the engine computes in. */
export type DType = 'float32' | 'int32' | 'bool' | 'complex64';

/** Types of values: within an operation there are some that tensors cannot have. */
export type ValueType = DType | 'bfloat16' | 'uint8';

/** A value of the program: known by name, shape and type, not by its numbers. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ValueType;
}

const elements: Readonly<Record<ValueType, string>> = {
  float32: 'f32',
  int32: 'i32',
  bool: 'i1',
  complex64: 'complex<f32>',
  bfloat16: 'bf16',
  uint8: 'ui8',
};

/** How StableHLO writes a type, e.g. `tensor<2x3xf32>`. */
export function typeOf({ shape, dtype }: Pick<Value, 'shape' | 'dtype'>): string {
  return `tensor<${[...shape, elements[dtype]].join('x')}>`;
}

/** How StableHLO writes a number. Floats are written as bits: exact, and the only way to write what is not finite. */
export function literal(value: number, dtype: ValueType): string {
  if (dtype === 'bool') return value === 0 ? 'false' : 'true';
  if (dtype === 'int32') return `${Math.trunc(value)}`;
  if (dtype === 'complex64') return `(${literal(value, 'float32')}, ${literal(0, 'float32')})`;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
  return `0x${bits.toString(16).toUpperCase().padStart(8, '0')}`;
}

/** Whether all numbers are the same one. */
export function alike(numbers: ArrayLike<number>): boolean {
  for (let i = 1; i < numbers.length; i++) if (!Object.is(numbers[i], numbers[0])) return false;
  return true;
}

/** A layout: the axes from the one whose numbers lie side by side. */
export function rowByRow(rank: number): string {
  const axes = Array.from({ length: rank }, (_, i) => rank - 1 - i).join(', ');
  return `dense<${rank === 1 ? axes : `[${axes}]`}> : tensor<${rank}xindex>`;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}
