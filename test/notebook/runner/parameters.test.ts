import { describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import { parameterNames, parseParameters, setParameters } from '../../../lib/notebook/runner/parameters';
import { code, notebookOf } from '../../support/notebooks';

describe('parameters', () => {
  const set = (source: string, values: Record<string, unknown>): unknown => {
    const notebook = notebookOf(code(source, ['parameters']), code('const size = 1;'));
    setParameters(notebook, values);
    expect(notebook.cells[1]?.source).toBe('const size = 1;');
    return notebook.cells[0]?.source;
  };

  it('puts a value in the place of the constant’s own and leaves its type', () => {
    expect(set("const size: 'default' | 'smoke' = 'default'; // or smoke", { size: 'smoke' })).toBe(
      "const size: 'default' | 'smoke' = \"smoke\"; // or smoke",
    );
    expect(set("const size = 'default' as Size;", { size: 'smoke' })).toBe('const size = "smoke" as Size;');
    expect(set('/** Doc. */\nlet steps = 2 * 3, seed = f(1);\nf();', { seed: 5, steps: [1] })).toBe(
      '/** Doc. */\nlet steps = [1], seed = 5;\nf();',
    );
  });

  it('passes over names that the notebook does not have', () => {
    expect(set('const a = 1;', { b: 2 })).toBe('const a = 1;');
  });

  it('knows the names of the cells that are tagged', () => {
    expect(
      parameterNames(
        notebookOf(code('const a = 1, { b } = c;\nlet d = 2;', ['parameters']), code('let e = 1;')),
      ),
    ).toEqual(['a', 'd']);
  });

  it('reads name=json', () => {
    expect(parseParameters(['a=1', 'b="x=y"', 'c={"d":[true]}'], 'run')).toEqual({
      a: 1,
      b: 'x=y',
      c: { d: [true] },
    });
    for (const wrong of ['a', '=1', 'a b=1', 'a=x'])
      expect(() => parseParameters([wrong], 'run')).toThrow(InputError);
  });
});
