/** Versions that a result depends on; every manifest carries them. */
import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';

export function versions(): Record<string, string> {
  return { 'rlhf-kit': kitVersion(), node: process.versions.node, tfjs: tf.version.tfjs };
}

/** The version in the package's own package.json. */
export function kitVersion(): string {
  return packageAt(packageRoot())?.['version'] as string;
}

/** The folder of the package's own package.json, found from the sources as from the built files. */
export function packageRoot(): string {
  // Built files lie one folder deeper than sources.
  const root = ['../..', '../../..']
    .map((up) => join(__dirname, up))
    .find((directory) => packageAt(directory)?.['name'] === 'rlhf-kit');
  if (root === undefined) throw new Error('package.json of rlhf-kit not found');
  return root;
}

/** The package's folder where it is installed in a project; undefined in a checkout, whose folders are the project's own. */
export function installedRoot(): string | undefined {
  const root = packageRoot();
  return root.split(sep).includes('node_modules') ? root : undefined;
}

function packageAt(directory: string): Record<string, string> | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Record<string, string>;
  } catch {
    return undefined;
  }
}
