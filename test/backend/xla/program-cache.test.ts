import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchCompiling } from '../../../lib/backend/compiling';
import type { Executable } from '../../../lib/backend/xla/pjrt/executable';
import { cached, removeOldest } from '../../../lib/backend/xla/program-cache';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-programs-'));
  vi.stubEnv('RLHF_KIT_CACHE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const bytes = Uint8Array.of(1, 2, 3);
const executable = { serialize: () => bytes } as unknown as Executable;
const loaded = {} as unknown as Executable;
/** A compiler that takes so long, by a clock that stands still otherwise. */
function compiler(milliseconds: number) {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return vi.fn(() => {
    now += milliseconds;
    return executable;
  });
}
const programs = (): string => join(folder, 'xla', 'programs');

describe('the cache of compiled programs', () => {
  it('gives back what another process compiled, for the same text and machine alone', () => {
    const compile = compiler(2000);
    const load = vi.fn(() => loaded);
    expect(cached('text', 'machine', load, compile)).toEqual({ executable, loaded: false });
    expect(cached('text', 'machine', load, compile)).toEqual({ executable: loaded, loaded: true });
    expect(load).toHaveBeenCalledWith(expect.objectContaining({ length: 3 }));
    expect(cached('other text', 'machine', load, compile).loaded).toBe(false);
    expect(cached('text', 'other machine', load, compile).loaded).toBe(false);
    expect(compile).toHaveBeenCalledTimes(3);
  });

  it('keeps nothing that compiles at once', () => {
    cached('text', 'machine', () => loaded, compiler(5));
    expect(() => readdirSync(programs())).toThrow();
  });

  it('tells before it compiles what takes long, and not when the disk has it', () => {
    const told = vi.fn();
    const unwatch = watchCompiling(told);
    const long = 'text '.repeat(100_000);
    const compile = compiler(2000);
    cached(long, 'machine', () => loaded, compile);
    expect(told.mock.invocationCallOrder[0]).toBeLessThan(compile.mock.invocationCallOrder[0] as number);
    cached(long, 'machine', () => loaded, compile);
    cached('short', 'machine', () => loaded, compile);
    unwatch();
    cached(long, 'other machine', () => loaded, compile);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('compiles a damaged or a refused program anew and replaces it', () => {
    const compile = compiler(2000);
    cached('text', 'machine', () => loaded, compile);
    const path = join(programs(), readdirSync(programs())[0] as string);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 1));
    const load = vi.fn(() => loaded);
    expect(cached('text', 'machine', load, compile).loaded).toBe(false);
    expect(load).not.toHaveBeenCalled();
    expect(readFileSync(path)).toEqual(whole);
    const refuse = (): never => {
      throw new Error('compiled for another processor');
    };
    expect(cached('text', 'machine', refuse, compile).loaded).toBe(false);
    expect(compile).toHaveBeenCalledTimes(3);
  });

  it('goes without where nothing can be written, and says so once', () => {
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('RLHF_KIT_CACHE', join(folder, 'file'));
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (const text of ['text', 'other'])
      expect(cached(text, 'machine', () => loaded, compiler(2000))).toEqual({ executable, loaded: false });
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^xla: compiled programs are not kept, the next process compiles them again: .*file/,
        ),
        'RlhfKitWarning',
      ],
    ]);
  });

  it('removes what a killed process left of a write, not what another one is writing', () => {
    writeFileSync(join(folder, 'old.bin.0123abcd.tmp'), 'half');
    utimesSync(join(folder, 'old.bin.0123abcd.tmp'), 1, 1);
    writeFileSync(join(folder, 'new.bin.0123abcd.tmp'), 'half');
    writeFileSync(join(folder, 'whole.bin'), 'whole');
    utimesSync(join(folder, 'whole.bin'), 1, 1);
    removeOldest(folder, 100);
    expect(readdirSync(folder).sort()).toEqual(['new.bin.0123abcd.tmp', 'whole.bin']);
  });

  it('removes the oldest programs first', () => {
    ['old', 'middle', 'new'].forEach((name, i) => {
      writeFileSync(join(folder, name), new Uint8Array(10));
      utimesSync(join(folder, name), i, i);
    });
    removeOldest(folder, 25);
    expect(readdirSync(folder).sort()).toEqual(['middle', 'new']);
  });
});
