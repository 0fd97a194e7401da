import { describe, expect, it } from 'vitest';
import { describeField, parseConfig, type FieldTable } from '../lib/config';
import { InputError } from '../lib/errors';

interface Example {
  readonly beta: number;
  readonly steps: number;
  readonly kind: string;
  readonly out: string;
  readonly clip?: number;
}

const fields: FieldTable<Example> = {
  beta: { doc: 'strength', type: 'number', default: 0.1, min: 0, exclusiveMin: true },
  steps: { doc: 'steps', type: 'integer', default: 10, min: 1, max: 100 },
  kind: { doc: 'kind', type: ['sigmoid', 'ipo'], default: 'sigmoid' },
  out: { doc: 'folder', type: 'path' },
  clip: { doc: 'clip', type: 'number', optional: true },
};

const parse = (given: Record<string, unknown>) => parseConfig('example', fields, given);

describe('parseConfig', () => {
  it('fills defaults in, leaves optional fields out and freezes the result', () => {
    const config = parse({ out: 'runs/a', beta: 0.5 });
    expect(config).toEqual({ beta: 0.5, steps: 10, kind: 'sigmoid', out: 'runs/a' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('refuses an unknown key and names the near match', () => {
    expect(() => parse({ out: 'a', bata: 1 })).toThrow(
      "example config: unknown key 'bata'; did you mean 'beta'?",
    );
    expect(() => parse({ out: 'a', zzzzzzzz: 1 })).toThrow(/unknown key 'zzzzzzzz' \(known: beta, steps/);
  });

  it('refuses a missing required field and says what it is for', () => {
    expect(() => parse({})).toThrow("example config: 'out' is required (folder)");
  });

  it.each([
    [{ beta: 0 }, "'beta' must be a number > 0, got 0"],
    [{ beta: Number.NaN }, "'beta' must be a number > 0, got null"],
    [{ steps: 101 }, "'steps' must be an integer ≥ 1 and ≤ 100, got 101"],
    [{ steps: 1.5 }, "'steps' must be an integer ≥ 1 and ≤ 100, got 1.5"],
    [{ kind: 'hinge' }, `'kind' must be one of sigmoid, ipo, got "hinge"`],
    [{ out: '' }, `'out' must be a path, got ""`],
  ])('refuses %j in one sentence', (given, message) => {
    expect(() => parse({ out: 'a', ...given })).toThrow(message);
    expect(() => parse({ out: 'a', ...given })).toThrow(InputError);
  });

  it('describes what a field accepts', () => {
    expect(describeField(fields.steps)).toBe('an integer ≥ 1 and ≤ 100');
    expect(describeField(fields.kind)).toBe('one of sigmoid, ipo');
  });
});
