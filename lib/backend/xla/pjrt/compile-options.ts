/** XLA's CompileOptionsProto, written by hand: a dozen bytes do not need a library. */

export type DebugOption = string | number | boolean;

const lengthDelimited = 2;

function varint(value: number): number[] {
  // Negative numbers have ten bytes: 64 bits in two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (;;) {
    const low = Number(rest & 127n);
    rest >>= 7n;
    if (rest === 0n) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const integer = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)];

function message(field: number, bytes: readonly number[]): number[] {
  return [...varint((field << 3) | lengthDelimited), ...varint(bytes.length), ...bytes];
}

const text = (field: number, value: string): number[] => message(field, [...new TextEncoder().encode(value)]);

function double(field: number, value: number): number[] {
  return [...varint((field << 3) | 1), ...new Uint8Array(new Float64Array([value]).buffer)];
}

/**
 * Options for one replica on one device.
 *
 * @param debugOptions XLA's flags by name (`xla_…`). Here an unknown one is an error that can be caught; in the environment
 * variable XLA_FLAGS it would end the process.
 */
export function compileOptions(debugOptions: Readonly<Record<string, DebugOption>> = {}): Uint8Array {
  // ExecutableBuildOptionsProto: device ordinal (1), replicas (4), partitions (5).
  const build = [...integer(1, -1), ...integer(4, 1), ...integer(5, 1)];
  const overrides = Object.entries(debugOptions).flatMap(([name, value]) =>
    message(7, [...text(1, name), ...message(2, override(value))]),
  );
  return Uint8Array.from([...message(3, build), ...overrides]);
}

/** OptionOverrideProto: string (1), boolean (2), integer (3) or double (4). */
function override(value: DebugOption): number[] {
  if (typeof value === 'string') return text(1, value);
  if (typeof value === 'boolean') return integer(2, Number(value));
  return Number.isInteger(value) ? integer(3, value) : double(4, value);
}
