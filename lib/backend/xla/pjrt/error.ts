/** What a PJRT plugin says when something went wrong. */

/** PJRT's codes, which are those of absl::Status. */
const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type PjrtErrorCode = (typeof codes)[number];

/** `RESOURCE_EXHAUSTED` is a device out of memory, `INVALID_ARGUMENT` a program or arguments that do not fit. */
export class PjrtError extends Error {
  override name = 'PjrtError';

  readonly code: PjrtErrorCode;

  constructor(code: PjrtErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** @param message says of a processor's memory that it is exhausted where the code does not. */
export function errorCode(number: number, message: string): PjrtErrorCode {
  const code = codes[number] ?? 'UNKNOWN';
  return code === 'INTERNAL' && message.includes('Out of memory') ? 'RESOURCE_EXHAUSTED' : code;
}
