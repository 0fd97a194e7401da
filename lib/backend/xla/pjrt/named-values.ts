/** PJRT_NamedValue: names with values of several types, e.g. the options of a client or the attributes of a plugin. */
import { Block, blockOfText, copyMemory, readIntegers, readText, type Address } from './memory';

export type NamedValue = string | number | boolean | number[];

/** Options for a client: a number is an integer of 64 bits, as is each of a list. */
export type ClientOptions = Readonly<
  Record<string, string | number | boolean | readonly number[] | { readonly float: number }>
>;

/** Byte offsets. */
const layout = { size: 0, name: 16, nameSize: 24, type: 32, value: 40, valueSize: 48, next: 56 } as const;
const types = { string: 0, int64: 1, int64List: 2, float: 3, boolean: 4 } as const;

/** Values for a plugin to read. The blocks must be referenced while it does. */
export function writeNamedValues(values: ClientOptions): {
  readonly block: Block;
  readonly count: number;
  readonly referenced: readonly Block[];
} {
  const entries = Object.entries(values);
  const block = new Block(layout.next * entries.length);
  const referenced: Block[] = [];
  const pointTo = (at: number, text: string): number => {
    const { block: own, length } = blockOfText(text);
    referenced.push(own);
    block.setWord(at, own.address);
    return length;
  };
  entries.forEach(([name, value], i) => {
    const base = layout.next * i;
    block.setWord(base + layout.size, layout.next);
    block.setWord(base + layout.nameSize, pointTo(base + layout.name, name));
    block.setWord(base + layout.valueSize, 1);
    if (typeof value === 'string') {
      block.setWord(base + layout.type, types.string);
      block.setWord(base + layout.valueSize, pointTo(base + layout.value, value));
    } else if (typeof value === 'boolean') {
      block.setWord(base + layout.type, types.boolean);
      block.setWord(base + layout.value, Number(value));
    } else if (typeof value === 'number') {
      block.setWord(base + layout.type, types.int64);
      block.setInt64(base + layout.value, value);
    } else if ('float' in value) {
      block.setWord(base + layout.type, types.float);
      block.setFloat32(base + layout.value, value.float);
    } else {
      const list = new Block(8 * value.length);
      value.forEach((number, k) => list.setInt64(8 * k, number));
      referenced.push(list);
      block.setWord(base + layout.type, types.int64List);
      block.setWord(base + layout.value, list.address);
      block.setWord(base + layout.valueSize, value.length);
    }
  });
  return { block, count: entries.length, referenced };
}

/** Values that a plugin wrote. */
export function readNamedValues(address: Address, count: number): Record<string, NamedValue> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      const view = new DataView(copyMemory(address + layout.next * i, layout.next).buffer as ArrayBuffer);
      const word = (offset: number): number => Number(view.getBigUint64(offset, true));
      return [readText(word(layout.name), word(layout.nameSize)), readValue(view, word)] as const;
    }),
  );
}

function readValue(view: DataView, word: (offset: number) => number): NamedValue {
  switch (view.getInt32(layout.type, true)) {
    case types.string:
      return readText(word(layout.value), word(layout.valueSize));
    case types.int64List:
      return readIntegers(word(layout.value), word(layout.valueSize));
    case types.float:
      return view.getFloat32(layout.value, true);
    case types.boolean:
      return view.getUint8(layout.value) !== 0;
    default:
      return Number(view.getBigInt64(layout.value, true));
  }
}
