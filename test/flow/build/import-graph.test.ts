import { describe, expect, it } from 'vitest';
import { importGraph } from '../../../lib/flow/build/import-graph';

const graphOf = (files: Readonly<Record<string, string>>) =>
  importGraph(new Map(Object.entries(files)), (name) => `version of ${name}`);

describe('importGraph', () => {
  it('has imports, dynamic imports and requires of values, and packages without their parts', () => {
    const graph = graphOf({
      'lib/a.ts': `
        import { b } from './b';
        import type { C } from './c';
        import { type C as D } from './c';
        import { join } from 'node:path';
        import { part } from '@scope/name/part';
        export const load = async (): Promise<unknown> => [b, part, join, await import('lazy'), require('./deep')];
        export const typed = (value: C): D => value;`,
      'lib/b.ts': 'export const b = 1;',
      'lib/c.ts': 'export interface C { readonly c: number }',
      'lib/deep/index.ts': 'export {};',
    });
    expect(graph['lib/a.ts']).toMatchObject({
      imports: ['lib/b.ts', 'lib/deep/index.ts'],
      packages: ['@scope/name@version of @scope/name', 'lazy@version of lazy'],
    });
  });

  it('refuses a file that is not there: its changes would change no key', () => {
    expect(() => graphOf({ 'lib/a.ts': `export { b } from './b';` })).toThrow(
      'lib/a.ts imports ./b, which is no source file of the kit',
    );
  });
});
