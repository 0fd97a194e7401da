/** Memory that native code reads and writes: bytes with an address that does not change. */
import koffi from 'koffi';

/**
 * Addresses are JS numbers: those of a process lie below 2^47, which a number holds exactly, and a call with numbers costs a tenth
 * of one with BigInts.
 */
export type Address = number;

/** Bytes outside of V8's moving heap, filled with zeros. They live as long as this object is referenced. */
export class Block {
  readonly bytes: Uint8Array;
  readonly address: Address;
  private readonly view: DataView;

  constructor(size: number) {
    // Structs hold 8-byte words and must be aligned to them; an ArrayBuffer's memory is.
    const buffer = new ArrayBuffer(Math.max(8, Math.ceil(size / 8) * 8));
    this.bytes = new Uint8Array(buffer, 0, size);
    this.view = new DataView(buffer);
    this.address = addressOf(buffer);
  }

  /** An address or size. */
  getWord(offset: number): number {
    return this.view.getUint32(offset, true) + this.view.getUint32(offset + 4, true) * 2 ** 32;
  }

  setWord(offset: number, value: number): void {
    this.view.setUint32(offset, value >>> 0, true);
    this.view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
  }

  setInt64(offset: number, value: number): void {
    this.view.setBigInt64(offset, BigInt(value), true);
  }

  setFloat32(offset: number, value: number): void {
    this.view.setFloat32(offset, value, true);
  }
}

const kept = new WeakSet<object>();

/** Keeps what native code was given the address of from being collected before the call has ended: a use that cannot be left out. */
export function keepUntilHere(...blocks: readonly object[]): void {
  for (const block of blocks) kept.add(block);
}

/** Where an array's bytes are. The caller keeps the array referenced while native code uses them. */
export function addressOf(data: ArrayBuffer | ArrayBufferView): Address {
  return Number(koffi.address(data));
}

/** A block with these bytes. */
export function blockOf(bytes: Uint8Array): Block {
  const block = new Block(bytes.length);
  block.bytes.set(bytes);
  return block;
}

/** A block with a text in UTF-8, and its length in bytes; a zero byte follows. */
export function blockOfText(text: string): { readonly block: Block; readonly length: number } {
  const bytes = new TextEncoder().encode(text);
  const block = new Block(bytes.length + 1);
  block.bytes.set(bytes);
  return { block, length: bytes.length };
}

/** A copy of native memory. */
export function copyMemory(address: Address, size: number): Uint8Array {
  if (size === 0) return new Uint8Array();
  return new Uint8Array(koffi.view(BigInt(address), size)).slice();
}

export function readText(address: Address, size: number): string {
  return new TextDecoder().decode(copyMemory(address, size));
}

/** Signed integers of 64 bits that stand one after another in native memory. */
export function readIntegers(address: Address, count: number): number[] {
  const { buffer } = copyMemory(address, 8 * count);
  return Array.from(new BigInt64Array(buffer as ArrayBuffer), Number);
}

/** Addresses or sizes that stand one after another in native memory. */
export function readWords(address: Address, count: number): number[] {
  const { buffer } = copyMemory(address, 8 * count);
  return Array.from(new BigUint64Array(buffer as ArrayBuffer), Number);
}
