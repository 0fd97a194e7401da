import { describe, expect, it } from 'vitest';
import { describeField, factsOf, jsonSchemaOf, parseConfig } from '../lib/config';
import { InputError } from '../lib/errors';
import * as field from '../lib/fields';

const fields = {
  beta: field.number('strength', { default: 0.1, above: 0, source: 'TRL' }),
  steps: field.integer('steps', { default: 10, min: 1, max: 100, unit: 'updates' }),
  kind: field.choice(['sigmoid', 'ipo'], 'kind', { default: 'sigmoid' }),
  out: field.path('folder'),
  clip: field.number('clip').optional(),
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

  it('names a place inside of a part, and what is near to it', () => {
    const nested = { inner: field.part(fields) };
    const refuse = (inner: unknown) => () => parseConfig('example', nested, { inner });
    expect(refuse({ out: 'a', steps: 0 })).toThrow("'inner.steps' must be an integer ≥ 1 and ≤ 100, got 0");
    expect(refuse({ out: 'a', bata: 0 })).toThrow("unknown key 'inner.bata'; did you mean 'inner.beta'?");
    expect(refuse({})).toThrow("'inner.out' is required (folder)");
    expect(refuse(3)).toThrow("'inner' must be an object, got 3");
  });

  it('describes what a field accepts', () => {
    expect(describeField(fields.steps)).toBe('an integer ≥ 1 and ≤ 100');
    expect(describeField(fields.kind)).toBe('one of sigmoid, ipo');
  });
});

describe('fields', () => {
  it('say of themselves what help and schema show', () => {
    expect(factsOf(fields.beta)).toMatchObject({
      doc: 'strength',
      type: 'number',
      default: 0.1,
      exclusiveMinimum: 0,
      source: 'TRL',
      optional: false,
    });
    expect(factsOf(fields.clip)).toMatchObject({ doc: 'clip', type: 'number', optional: true });
    expect(factsOf(fields.out)).toMatchObject({ type: 'path', optional: false });
    expect(factsOf(field.redefine(fields.beta, { default: 2, source: 'ours' }))).toMatchObject({
      doc: 'strength',
      default: 2,
      exclusiveMinimum: 0,
      source: 'ours',
    });
  });

  it('make a JSON Schema with what is required, and that a file may name', () => {
    const schema = jsonSchemaOf('example', fields);
    expect(schema).toMatchObject({ title: 'example', additionalProperties: false, required: ['out'] });
    expect(schema.properties?.['steps']).toEqual({
      type: 'integer',
      default: 10,
      minimum: 1,
      maximum: 100,
      description: 'steps',
      unit: 'updates',
    });
    expect(schema.properties).toHaveProperty('$schema');
  });

  it('are loose where a file changes some of them: what is missing has no default', () => {
    expect(parseConfig('example', field.loose(fields), { steps: 3 })).toEqual({ steps: 3 });
    expect(parseConfig('example', field.looseParts({ a: fields }), { a: { steps: 3 } })).toEqual({
      a: { steps: 3 },
    });
  });
});
