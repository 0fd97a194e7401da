/** The text of a file, gzip and Zstandard unpacked, checked to be UTF-8. Text is streamed. */
import { isUtf8 } from 'node:buffer';
import { createReadStream, type ReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { errorMessage, InputError } from '../../errors';

/**
 * Streams the text of a file piece by piece, without the byte order mark.
 *
 * @throws {InputError} for bytes that are not UTF-8, with the offset of the first (in the unpacked text), and for a packed
 * file that is damaged or ends early.
 */
export async function* streamText(file: string): AsyncGenerator<string> {
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of streamBytes(file)) {
    const pending = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = pending.length - unfinished(pending);
    yield decode(file, pending.subarray(0, end), offset);
    offset += end;
    rest = pending.subarray(end);
  }
  if (rest.length > 0) yield decode(file, rest, offset);
}

/** Streams the lines of a file; they end with LF, CR LF or CR. */
export async function* streamTextLines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const text of streamText(file)) {
    const pending = rest + text;
    // A CR at the end may be half of a line end.
    const lines = pending.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}

/** The whole text of a file. */
export async function readWhole(file: string): Promise<string> {
  const parts: string[] = [];
  for await (const text of streamText(file)) parts.push(text);
  return parts.join('');
}

async function* streamBytes(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const [, packing] = /\.(gz|zst)$/i.exec(file) ?? [];
  const unpack = packing === undefined ? undefined : packing.toLowerCase() === 'gz' ? gunzip : unzstd;
  try {
    yield* unpack === undefined ? (source as AsyncIterable<Buffer>) : unpack(source);
  } catch (error) {
    throw new InputError(`${file}: ${describeReadError(error)}`);
  } finally {
    source.destroy();
  }
}

async function* gunzip(source: ReadStream): AsyncGenerator<Buffer> {
  const unpacked = createGunzip();
  // Not `pipeline`: it would call it an error when a reader stops before the end.
  source.on('error', (error) => unpacked.destroy(error));
  try {
    yield* source.pipe(unpacked) as AsyncIterable<Buffer>;
  } finally {
    unpacked.destroy();
  }
}

/** Node 20 has no Zstandard of its own. */
async function* unzstd(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  const frames = new Decompress((bytes) => pieces.push(Buffer.from(bytes)));
  for await (const bytes of source) {
    frames.push(bytes);
    yield* pieces.splice(0);
  }
  frames.push(new Uint8Array(0), true);
  yield* pieces;
}

function describeReadError(error: unknown): string {
  const message = errorMessage(error);
  if (message.includes('unexpected end of file')) return 'the gzip file ends early (truncated download?)';
  if (message.includes('unexpected EOF')) return 'the Zstandard file ends early (truncated download?)';
  if (message.includes('invalid zstd data')) return 'not a Zstandard file, or a damaged one';
  return message.includes('incorrect header check') ? 'not a gzip file (incorrect header)' : message;
}

function decode(file: string, bytes: Buffer, offset: number): string {
  if (!isUtf8(bytes)) {
    const at = firstInvalid(bytes);
    const byte = (bytes[at] as number).toString(16).padStart(2, '0');
    const mark = offset === 0 ? bytes.subarray(0, 2).toString('hex') : '';
    const guess = mark === 'fffe' || mark === 'feff' ? '; it looks like UTF-16' : '';
    throw new InputError(
      `${file}: must be UTF-8, got the byte 0x${byte} at offset ${offset + at}${guess}; convert the file first`,
    );
  }
  const text = bytes.toString('utf8');
  return offset === 0 ? text.replace(/^\uFEFF/, '') : text;
}

/** How many bytes at the end begin a character without finishing it: 0 to 3. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

/** The first byte that is part of no character, by halving: what is before it is UTF-8. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    const head = bytes.subarray(0, middle);
    if (isUtf8(head.subarray(0, middle - unfinished(head)))) valid = middle;
    else invalid = middle;
  }
  return valid - unfinished(bytes.subarray(0, valid));
}
