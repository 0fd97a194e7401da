/** Versions that a result depends on; every manifest carries them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

export function versions(): Record<string, string> {
  return { 'rlhf-kit': kitVersion(), node: process.versions.node, tfjs: tf.version.tfjs };
}

/** The version in the package's own package.json, found from the sources as from the built files. */
export function kitVersion(): string {
  for (const up of ['../..', '../../..']) {
    try {
      const manifest = JSON.parse(readFileSync(join(__dirname, up, 'package.json'), 'utf8')) as Record<
        string,
        string
      >;
      if (manifest['name'] === 'rlhf-kit') return manifest['version'] as string;
    } catch {
      // Not here: built files lie one folder deeper than sources.
    }
  }
  throw new Error('package.json of rlhf-kit not found');
}
