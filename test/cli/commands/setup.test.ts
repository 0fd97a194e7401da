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
    expect(parse('tensorflow')).toEqual({
      target: 'tensorflow',
      cuda12: false,
      cuda13: false,
      ifPossible: false,
    });
    expect(parse('tensorflow', '--gpu')).toMatchObject({ gpu: true });
    expect(parse('tensorflow', '--no-gpu')).toMatchObject({ gpu: false });
    expect(() => parse('pytorch')).toThrow(InputError);
    expect(() => parse()).toThrow(InputError);
  });

  it('takes one plugin of XLA, and says what an engine has no flag for', async () => {
    expect(parse('xla', '--cuda13')).toMatchObject({ target: 'xla', cuda13: true });
    const refusal = (...argv: string[]) => expect(setupCommand.run(parse(...argv))).rejects;
    await refusal('xla', '--cuda12', '--plugin', 'a.so').toThrow(
      'expected one plugin, got --cuda12 and --plugin',
    );
    await refusal('xla', '--gpu').toThrow('setup xla: there is no --gpu; expected --cuda13 or --cuda12');
    await refusal('tensorflow', '--cuda13').toThrow('there is no --cuda13; expected --gpu');
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
