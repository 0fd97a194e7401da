/** JupyterLab with Plotly's renderer, every version pinned, in a folder of the kit's cache. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  BackendUnavailableError,
  buildInPlace,
  cacheDirectory,
  findPython,
  runProgram,
  withFileErrors,
  type SetupResult,
} from '../../backend';
import { readText, writeJson } from '../../files';
import { packageRoot } from '../../train/versions';
import { followPip, type PipProgress } from './pip-lines';

/** Older interpreters lack some of the pinned packages. */
const leastPython = [3, 11] as const;
const downloadSize = '56 MB';
const diskSize = '320 MB';

export interface LabEnvironment {
  readonly python: string;
  /** Packages, with Jupyter's data in `share/jupyter` and its configuration in `etc/jupyter`. */
  readonly directory: string;
}

/** What pip is to install: the packages wanted and all that they need. */
function requirementsFile(): string {
  return join(packageRoot(), 'lib', 'notebook', 'lab', 'requirements.txt');
}

/** Where the environment lies: another one for other pins and for another Python. @throws {BackendUnavailableError} */
export function labEnvironment(): LabEnvironment {
  const python = findPython('JupyterLab');
  const program = 'import sys; print(*sys.version_info[:2])';
  const [major = 0, minor = 0] = spawnSync(python, ['-c', program], { encoding: 'utf8' })
    .stdout.trim()
    .split(' ')
    .map(Number);
  if (major !== leastPython[0] || minor < leastPython[1]) {
    throw new BackendUnavailableError(
      `JupyterLab needs Python ${leastPython.join('.')} or newer, got ${major}.${minor}; the kernel itself works with any Jupyter: npx rlhf-kit kernel install`,
    );
  }
  const pins = createHash('sha256').update(readText(requirementsFile())).digest('hex').slice(0, 12);
  return { python, directory: join(cacheDirectory(), 'jupyterlab', `python${major}.${minor}-${pins}`) };
}

/**
 * Puts JupyterLab in place, if it is not.
 *
 * @throws {BackendUnavailableError} without Python 3.11 and pip; when the download fails; when the disk is full.
 */
export async function setupLab(say: (line: string) => void): Promise<SetupResult & LabEnvironment> {
  return withFileErrors('setup jupyter', async () => {
    const { python, directory } = labEnvironment();
    // The last thing that is written.
    if (existsSync(settingsFile(directory))) return { changed: false, python, directory };
    const requirements = readText(requirementsFile()).match(/^[\w.-]+==\S+/gm) ?? [];
    const version = (name: string): string =>
      requirements.find((pin) => pin.startsWith(`${name}==`))?.replace('==', ' ') ?? name;
    say(
      `installing ${version('jupyterlab')}, ${version('plotly')} and what they need from the Python package index: ${downloadSize} to download, ${diskSize} on disk in ${directory}; once`,
    );
    await buildInPlace(directory, (unfinished) =>
      install(python, unfinished, followPip(requirements.length, say)),
    );
    say('JupyterLab is set up');
    return { changed: true, python, directory };
  });
}

/** Into a folder, not into a virtual environment: that would need more of Python than pip, and could not be moved when it is whole. */
async function install(python: string, directory: string, progress: PipProgress): Promise<void> {
  try {
    await runProgram(
      python,
      [
        // Unbuffered, so that its lines come when it prints them.
        ...['-u', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-warn-conflicts'],
        ...['--only-binary=:all:', '--target', directory, '-r', requirementsFile()],
      ],
      'installing JupyterLab',
      progress.onLine,
    );
  } finally {
    progress.stop();
  }
  writeJson(settingsFile(directory), labSettings);
}

function settingsFile(directory: string): string {
  return join(directory, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');
}

/** Nothing is asked of the network, and nobody is asked whether it may be. */
const labSettings = {
  '@jupyterlab/apputils-extension:notification': {
    checkForUpdates: false,
    doNotDisturbMode: false,
    fetchNews: 'false',
  },
};
