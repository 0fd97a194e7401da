import { describe, expect, it } from 'vitest';
import { declarationsReached, withoutEmptying } from '../../../lib/notebook/kernel/declarations';
import { loadTypeScript } from '../../../lib/notebook/kernel/tslab';

const ts = loadTypeScript();

describe('withoutEmptying', () => {
  it('takes out what sets exports to undefined, and nothing of the cell', () => {
    const marker = 'Object.defineProperty(exports, "__esModule", { value: true });\n';
    const body = 'const a = 1;\nexports.a = a;\nconst text = `\nexports.a = void 0;\n`;\n';
    expect(
      withoutEmptying(`${marker}exports.ä = exports.a = void 0;\nexports.$b = void 0;\n${body}`),
    ).toEqual({
      output: `${marker}${body}`,
      names: ['ä', 'a', '$b'],
    });
    expect(withoutEmptying(body)).toEqual({ output: body, names: [] });
  });
});

describe('declarationsReached', () => {
  const whole = `import * as kit from 'rlhf-kit';
import aq, { op, type ColumnTable } from 'arquero';
declare const a: number, b: string;
declare function f(): void;
declare class C {
    x: number;
}
interface I {
    i: 1;
}
type T = 'b';
declare let untouched: boolean;
`;
  const left = (before: string, ...unreached: string[]): string =>
    declarationsReached(ts, before, whole, new Set(unreached));

  it('has everything of a cell that got to everything', () => {
    expect(left('declare const b: 1;\n')).toBe(whole);
  });

  it('leaves out what the cell did not get to, and keeps types', () => {
    expect(left('', 'b', 'f', 'C')).toBe(`import * as kit from 'rlhf-kit';
import aq, { op, type ColumnTable } from 'arquero';
declare const a: number;
interface I {
    i: 1;
}
type T = 'b';
declare let untouched: boolean;
`);
  });

  it('has what an earlier cell declared under a name that this one did not get to', () => {
    const before = `import b, * as f from 'earlier';
import { C, other } from 'earlier';
declare const op: number, more: string;
interface C2 {
}
`;
    expect(left(before, 'b', 'f', 'C', 'op', 'kit')).toBe(`import aq, { type ColumnTable } from 'arquero';
declare const a: number;
interface I {
    i: 1;
}
type T = 'b';
declare let untouched: boolean;
import b, * as f from 'earlier';
import { C } from 'earlier';
declare const op: number;
`);
  });
});
