import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultEngine, engineNames } from '../../../lib/backend';
import { checkTolerance, type EngineReport } from '../../../lib/backend/check';
import { parseCommandLine } from '../../../lib/cli/command';
import { doctorCommand } from '../../../lib/cli/commands/doctor';
import { InputError } from '../../../lib/errors';
import { engines } from '../../support/engines';

const program = join(__dirname, '../../../bin/rlhf-kit.js');

describe('rlhf-kit doctor', () => {
  it('checks one engine in its own process', async () => {
    const report = await doctorCommand.run(parseCommandLine(doctorCommand, ['--engine', 'cpu']));
    expect(report).toMatchObject({ engine: 'cpu', available: true });
    expect((report as EngineReport).maxError).toBeLessThan(checkTolerance);
    expect(() => parseCommandLine(doctorCommand, ['--engine', 'abacus'])).toThrow(InputError);
  });

  it.skipIf(!engines.includes(defaultEngine))(
    'shows versions, machine and every engine, and ends well when the default one computes (needs the plugin of setup xla)',
    () => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'doctor'], {
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      const result = JSON.parse(stdout) as {
        versions: Record<string, string>;
        engines: EngineReport[];
      };
      expect(result.versions).toMatchObject({ node: process.versions.node, tfjs: '4.22.0' });
      expect(result.engines.map(({ engine, available }) => [engine, available])).toEqual(
        engineNames.map((name) => [name, engines.includes(name)]),
      );
      for (const { maxError, available } of result.engines)
        if (available) expect(maxError).toBeLessThan(checkTolerance);
      expect(stderr).toMatch(/^xla +XLA through tfjs .*relative error/m);
      expect(stderr).toMatch(/^npm +\d+\./m);
    },
  );

  it('shows the other engines and says how to get a default one that is missing', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'doctor'], {
      encoding: 'utf8',
      env: {
        ...process.env,
        RLHF_KIT_PJRT_PLUGIN: '',
        RLHF_KIT_CACHE: join(tmpdir(), 'no-cache-of-rlhf-kit'),
      },
    });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^wasm +tfjs.*relative error/m);
    expect(stderr).toMatch(/rlhf-kit: doctor: there is no XLA plugin; run: npx rlhf-kit setup xla\n$/);
  });
});
