/** Checksums of the tensors that an adapter was trained on: with others it means nothing. */
import { createHash } from 'node:crypto';
import { InputError } from '../../errors';
import type { Params } from '../params';

/** By tensor: the first 16 hex digits of the SHA-256 of its numbers as float32. */
export type Checksums = Readonly<Record<string, string>>;

export function checksumsOf(params: Params): Checksums {
  return Object.fromEntries(
    Object.entries(params).map(([name, tensor]) => {
      const { buffer, byteOffset, byteLength } = tensor.dataSync();
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return [name, createHash('sha256').update(bytes).digest('hex').slice(0, 16)];
    }),
  );
}

/**
 * Refuses a base that is not the one an adapter was trained on.
 *
 * @param where begins the message: what holds the checksums. @param base what is checked, for the message.
 * @throws {InputError} naming the first tensor that is missing or differs.
 */
export function requireSameBase(where: string, expected: Checksums, got: Checksums, base: string): void {
  for (const [name, sum] of Object.entries(expected)) {
    if (got[name] === sum) continue;
    throw new InputError(
      `${where}: the adapter was trained on another base: ${name} of ${base} ${got[name] === undefined ? 'is missing' : 'holds other numbers'}`,
    );
  }
}
