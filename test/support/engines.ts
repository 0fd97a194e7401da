/** Which engines this machine can test: a native engine is loaded once in a process, so its presence is seen from its files. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineName } from '../../lib/backend';

function hasBinding(): boolean {
  try {
    const root = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    return existsSync(join(root, 'lib', 'napi-v8', 'tfjs_binding.node'));
  } catch {
    return false;
  }
}

/** Engines for `describe.each`: wasm and cpu are always there. */
export const enginesPresent: readonly EngineName[] = hasBinding() ? ['tensorflow', 'wasm', 'cpu'] : ['wasm', 'cpu'];

/** The engine that heavier tests run on. */
export const nativeEngine: EngineName = hasBinding() ? 'tensorflow' : 'wasm';
