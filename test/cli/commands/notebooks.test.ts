import { describe, expect, it } from 'vitest';
import { commandHelp, parseCommandLine } from '../../../lib/cli/command';
import { notebooksCommand } from '../../../lib/cli/commands/notebooks';
import { InputError } from '../../../lib/errors';

const parse = (...argv: string[]): Readonly<Record<string, unknown>> =>
  parseCommandLine(notebooksCommand, argv);

describe('rlhf-kit notebooks', () => {
  it('takes any number of files after the action, and a flag more than once', () => {
    expect(parse('run', 'a.ipynb', 'b.ipynb', '--param', 'x=1', '--param', 'y=2', '--check')).toMatchObject({
      action: 'run',
      files: ['a.ipynb', 'b.ipynb'],
      param: ['x=1', 'y=2'],
      check: true,
    });
    expect(parse('html')).not.toHaveProperty('files');
    expect(() => parse('walk')).toThrow(InputError);
    expect(() => parse('run', '--timeout', '0')).toThrow(/'timeout' must be a number > 0/);
  });

  it('says in its help that files follow', () => {
    expect(commandHelp(notebooksCommand)).toMatch(/^rlhf-kit notebooks \[action\] \[files …\] \[flags\]/);
  });
});
