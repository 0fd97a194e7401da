import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const program = join(__dirname, '../../../bin/rlhf-kit.js');
const run = (...argv: string[]) =>
  spawnSync(process.execPath, [program, 'bench', ...argv], { encoding: 'utf8' });

describe('rlhf-kit bench', () => {
  it.each([
    [['engine', '--cases', 'gptStep,stroll'], "bench: unknown case 'stroll' (known: gptStep, smollm2Step,"],
    [['engine', '--rounds', '0'], 'rounds'],
    [['boat'], 'target'],
    [['engine', '--quick', '--python', 'no-such-python'], 'bench: no-such-python is no Python interpreter'],
  ])('refuses %j in one sentence', (argv, message) => {
    const { status, stdout, stderr } = run(...argv);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});
