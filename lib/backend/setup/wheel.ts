/** Fetches a Python wheel and unpacks the few parts of it that are needed. */
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { sha256File } from '../../files';
import { BackendUnavailableError } from '../engine';
import type { WheelPin } from './pins';
import { findProgram, runProgram } from './programs';

/** The wheels' interpreter and platforms, whatever Python is installed: only their C libraries are used. */
const target = [
  ...['--implementation', 'cp', '--python-version', '3.11'],
  ...[
    'manylinux_2_27_x86_64',
    'manylinux_2_17_x86_64',
    'manylinux2014_x86_64',
    'manylinux_2_12_x86_64',
    'manylinux2010_x86_64',
  ].flatMap((platform) => ['--platform', platform]),
];

/**
 * Downloads a wheel with pip, checks its hash, and unpacks the entries that are wanted into `directory`, under the paths
 * that they have in the wheel.
 *
 * @throws {BackendUnavailableError} without Python or pip, when the download fails, or when the hash is another.
 */
export async function fetchWheel(
  pin: WheelPin,
  directory: string,
  wanted: (entry: string) => boolean,
): Promise<void> {
  const python = findProgram(['python3', 'python'], 'its pip downloads the TensorFlow wheel');
  const downloads = mkdtempSync(join(tmpdir(), 'rlhf-kit-wheel-'));
  // Ctrl-C in the middle must not leave the download behind.
  const clean = (): void => rmSync(downloads, { recursive: true, force: true });
  process.once('exit', clean);
  try {
    await runProgram(
      python,
      [
        ...[
          '-m',
          'pip',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary=:all:',
          '--disable-pip-version-check',
        ],
        ...target,
        ...['--dest', downloads, `${pin.name}==${pin.version}`],
      ],
      `downloading ${pin.name} ${pin.version}`,
    );
    const file = readdirSync(downloads).find((name) => name.endsWith('.whl'));
    if (file === undefined)
      throw new BackendUnavailableError(`pip downloaded no wheel of ${pin.name} ${pin.version}`);
    await verifyHash(join(downloads, file), pin.sha256, `${pin.name} ${pin.version}`);
    await unpack(join(downloads, file), directory, wanted);
  } finally {
    clean();
    process.off('exit', clean);
  }
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

/** Streams the wanted entries of a zip file to disk. */
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
      await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(path));
    }
  } finally {
    archive.close();
  }
}
