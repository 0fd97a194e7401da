/** The engines of this machine, for tests that must hold on every one: `describe.each(engines)`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultEngine, engineNames, type EngineName } from '../../lib/backend';
import { pluginPath } from '../backend/xla/pjrt/plugin-path';

const binding = join(__dirname, '../../node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node');

/** Tests are collected before anything may be awaited: whether the binding or the plugin lies there is all that is looked at. */
export const engines: readonly EngineName[] = engineNames.filter(
  (name) => (name !== 'tensorflow' || existsSync(binding)) && (name !== 'xla' || pluginPath !== undefined),
);

/** The one that runs when nobody chooses, where this machine has it. */
export const usualEngine: EngineName = engines.includes(defaultEngine)
  ? defaultEngine
  : (engines[0] as EngineName);
