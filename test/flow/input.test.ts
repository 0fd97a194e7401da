import { describe, expect, it } from 'vitest';
import { derivedInput, givenInput, openAll, recordInput, sharedInput } from '../../lib/flow/input';
import type { RunDirectory } from '../../lib/train/run-directory';

/** Notes what is opened and closed. */
function noting() {
  const notes: string[] = [];
  const input = (name: string) =>
    givenInput(
      __filename,
      { path: name },
      {
        read: (path: string) => {
          notes.push(`open ${path}`);
          if (path.endsWith('broken')) throw new Error(`${path} cannot be read`);
          return path.length;
        },
        close: (value: number) => void notes.push(`close ${value}`),
      },
    );
  return { notes, input };
}
const run = {} as RunDirectory;

describe('derivedInput', () => {
  it('is made of values that stay open as long as it, and has their sources, modules and settings', async () => {
    const { notes, input } = noting();
    const sum = derivedInput(
      { a: input('x'), b: input('yy') },
      {
        module: 'm.ts',
        settings: { times: 2 },
        make: ({ a, b }) => 2 * (a + b),
        close: (value) => void notes.push(`close the sum ${value}`),
      },
    );
    expect(sum.sources).toEqual([{ path: 'x' }, { path: 'yy' }]);
    expect(sum.modules).toEqual(['m.ts', __filename, __filename]);
    expect(sum.settings).toEqual({ times: 2 });
    const { value, close } = await sum.open(['in/x', 'in/yy'], run);
    expect(value).toBe(18);
    expect(notes).toEqual(['open in/x', 'open in/yy']);
    close();
    expect(notes.slice(2)).toEqual(['close the sum 18', 'close 4', 'close 5']);
  });

  it('closes what it was to be made of when it cannot be made', async () => {
    const { notes, input } = noting();
    const never = derivedInput(
      { a: input('x') },
      {
        module: 'm.ts',
        make: (): number => {
          throw new Error('cannot be made');
        },
      },
    );
    await expect(never.open(['x'], run)).rejects.toThrow('cannot be made');
    expect(notes).toEqual(['open x', 'close 1']);
  });
});

describe('openAll', () => {
  it('gives each input the paths of its own sources', async () => {
    const { input } = noting();
    const both = recordInput({ b: input('b'), c: input('c') });
    const { value } = await openAll({ a: input('a'), both }, ['1', '22', '333'], run);
    expect(value).toEqual({ a: 1, both: { b: 2, c: 3 } });
  });

  it('closes what is open when one cannot be opened', async () => {
    const { notes, input } = noting();
    const broken = openAll({ a: input('a'), b: input('b') }, ['1', 'broken'], run);
    await expect(broken).rejects.toThrow('broken cannot be read');
    expect(notes).toEqual(['open 1', 'open broken', 'close 1']);
  });
});

describe('sharedInput', () => {
  it('is opened once for all that it fills, and closed when the last is', async () => {
    const { notes, input } = noting();
    const shared = sharedInput(input('x'));
    const twice = derivedInput({ shared }, { module: __filename, make: (values) => 2 * values.shared });
    const { value, close } = await openAll({ shared, twice }, ['x', 'x'], run);
    expect(value).toEqual({ shared: 1, twice: 2 });
    expect(notes).toEqual(['open x']);
    close();
    expect(notes).toEqual(['open x', 'close 1']);
    (await shared.open(['x'], run)).close();
    expect(notes).toEqual(['open x', 'close 1', 'open x', 'close 1']);
  });
});
