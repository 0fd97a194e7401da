/** Plugins without a device, compiled by the test that wants one: old ones, and one that says which options it got. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Whether this machine has a C compiler. */
export const canCompile = compiler !== undefined;

/** @param defines macros of fake-plugin.c. */
export function compilePlugin(
  path: string,
  defines: Readonly<Record<string, string | number>>,
  flags: readonly string[] = [],
): void {
  mkdirSync(dirname(path), { recursive: true });
  const macros = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
  const source = join(__dirname, 'fake-plugin.c');
  execFileSync(compiler as string, ['-shared', '-fPIC', '-o', path, ...macros, source, '-ldl', ...flags]);
}
