import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as field from '../../lib/fields';
import { commandHelp, flagName, parseCommandLine, type Command } from '../../lib/cli/command';

const fields = {
  target: field.text('what to do it to'),
  learningRate: field.number('rate', { default: 0.1, source: 'ours' }),
  resume: field.boolean('go on', { default: true }),
};

const command: Command<field.ConfigOf<typeof fields>> = {
  name: 'example',
  summary: 'shows flags',
  fields,
  example: 'npx rlhf-kit example x',
  positionals: ['target'],
  run: async () => undefined,
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-command-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('parseCommandLine', () => {
  it('reads flags, positionals and both forms of a boolean', () => {
    expect(parseCommandLine(command, ['x', '--learning-rate', '3e-4', '--no-resume'])).toEqual({
      target: 'x',
      learningRate: 3e-4,
      resume: false,
    });
  });

  it('takes a negative number for a value', () => {
    expect(parseCommandLine(command, ['x', '--learning-rate', '-1']).learningRate).toBe(-1);
  });

  it('lets a flag win over the config file and the file over the default', () => {
    const file = join(folder, 'c.json');
    writeFileSync(file, JSON.stringify({ target: 'from file', learningRate: 0.5 }));
    expect(parseCommandLine(command, ['--config', file])).toMatchObject({
      target: 'from file',
      learningRate: 0.5,
    });
    expect(parseCommandLine(command, ['--config', file, '--learning-rate=0.7']).learningRate).toBe(0.7);
  });

  it('refuses what it does not know in one sentence', () => {
    expect(() => parseCommandLine(command, ['x', '--learning-rat', '1'])).toThrow(
      "example: unknown flag '--learning-rat'; did you mean '--learning-rate'? (see --help)",
    );
    expect(() => parseCommandLine(command, ['x', 'y'])).toThrow("unexpected argument 'y'");
    expect(() => parseCommandLine(command, ['x', '--learning-rate', 'fast'])).toThrow(
      "'--learning-rate' must be a number, got 'fast'",
    );
    writeFileSync(join(folder, 'list.json'), '[]');
    expect(() => parseCommandLine(command, ['--config', join(folder, 'list.json')])).toThrow(
      'must hold a JSON object',
    );
  });
});

describe('commandHelp', () => {
  it('lists every flag with range, default, source and doc', () => {
    const help = commandHelp(command);
    expect(help).toContain('rlhf-kit example [target] [flags]');
    expect(help).toContain('--learning-rate\n      rate (a number; default 0.1, ours)');
    expect(help).toContain('what to do it to (a string; required)');
    expect(flagName('numPpoEpochs')).toBe('num-ppo-epochs');
  });
});
