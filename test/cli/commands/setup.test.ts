import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendUnavailableError } from '../../../lib/backend';
import { parseCommandLine } from '../../../lib/cli/command';
import { setupCommand } from '../../../lib/cli/commands/setup';
import { InputError } from '../../../lib/errors';

const parse = (...argv: string[]): Readonly<Record<string, unknown>> => parseCommandLine(setupCommand, argv);

describe('rlhf-kit setup', () => {
  let folder = '';
  let said = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-setup-'));
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    // An empty cache, and a machine with no programs.
    vi.stubEnv('RLHF_KIT_CACHE', folder);
    vi.stubEnv('PATH', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('takes the engine by position, and leaves the choice of build open unless it is made', () => {
    expect(parse('tensorflow')).toEqual({ target: 'tensorflow', ifPossible: false });
    expect(parse('tensorflow', '--gpu')).toMatchObject({ gpu: true });
    expect(parse('tensorflow', '--no-gpu')).toMatchObject({ gpu: false });
    expect(() => parse('pytorch')).toThrow(InputError);
    expect(() => parse()).toThrow(InputError);
  });

  it('fails where the engine cannot be had', async () => {
    await expect(setupCommand.run(parse('tensorflow'))).rejects.toThrow(BackendUnavailableError);
  });

  it('says why and goes on with --if-possible', async () => {
    const result = await setupCommand.run(parse('tensorflow', '--if-possible'));
    expect(result).toMatchObject({ changed: false, unavailable: expect.stringContaining('setup') as string });
    expect(said).toMatch(/^setup: the tensorflow engine cannot be had here: setup .*\n$/);
  });
});
