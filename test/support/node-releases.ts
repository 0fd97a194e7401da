/** Node's releases, from the npm registry: each as the folder of its program, for the front of PATH. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface NodeRelease {
  readonly major: number;
  /** Folder with `node`. */
  bin(): string;
}

/** The release that runs this process. */
function ownRelease(): NodeRelease {
  return { major: Number(process.versions.node.split('.')[0]), bin: () => dirname(process.execPath) };
}

/** @param home where it is downloaded to, when it is asked for. */
function downloaded(version: string, home: string): NodeRelease {
  const major = Number(version.split('.')[0]);
  const folder = join(home, `node-${major}`);
  return {
    major,
    bin() {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"private":true}');
      execFileSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], { cwd: folder });
      return join(folder, 'node_modules', 'node', 'bin');
    },
  };
}

/** One release of each major version that package.json allows. */
export function nodeReleases(home: string): NodeRelease[] {
  const own = ownRelease();
  const others = ['20.19.6', '22.21.1', '24.11.1'].map((version) => downloaded(version, home));
  return [own, ...others.filter(({ major }) => major !== own.major)].sort((a, b) => a.major - b.major);
}
