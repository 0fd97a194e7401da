import { describe, expect, it } from 'vitest';
import * as field from '../lib/fields';
import { applySettings, readSettings, settingPaths, settingsIn } from '../lib/settings';

const base = { seed: 1, stage: { rate: 0.1, steps: 10 }, part: { size: 4, name: 'a' }, alone: 'x' } as const;
const fields = {
  seed: field.integer('seed'),
  stage: field.part({
    rate: field.number('a rate', { min: 0 }),
    steps: field.integer('how many', { min: 1 }),
  }),
  part: field.part({ size: field.number('how large'), name: field.text('whose') }),
  alone: field.choice(['x', 'y'], 'one of two'),
};

describe('readSettings', () => {
  it('reads numbers, booleans and text', () => {
    expect(readSettings('here', ['a.b=0.5', 'c=1e-3', 'd=true', 'e=half', 'f=a=b', 'g='])).toEqual({
      'a.b': 0.5,
      c: 1e-3,
      d: true,
      e: 'half',
      f: 'a=b',
      g: '',
    });
  });

  it.each([
    ['ppo.klCoef', "here: expected path=value, as in ppo.klCoef=0.1, got 'ppo.klCoef'"],
    ['=3', "here: expected path=value, as in ppo.klCoef=0.1, got '=3'"],
  ])('refuses %s', (word, message) => {
    expect(() => readSettings('here', [word])).toThrow(message);
  });

  it('refuses a path that is set twice', () => {
    expect(() => readSettings('here', ['a=1', 'a=2'])).toThrow('here: a is set twice');
  });
});

describe('applySettings', () => {
  it('changes what is named and leaves the base as it is', () => {
    const settings = { 'stage.rate': 0.5, 'part.size': 8, alone: 'y' };
    expect(applySettings('here', fields, base, settings)).toEqual({
      seed: 1,
      stage: { rate: 0.5, steps: 10 },
      part: { size: 8, name: 'a' },
      alone: 'y',
    });
    expect(base.stage.rate).toBe(0.1);
  });

  it.each([
    [{ 'stage.rat': 1 }, "here: unknown setting 'stage.rat'; did you mean 'stage.rate'?"],
    [{ 'stage.rate': -1 }, "'stage.rate' must be a number ≥ 0, got -1"],
    [{ 'stage.steps': 1.5 }, "'stage.steps' must be an integer ≥ 1, got 1.5"],
    [{ 'part.sise': 1 }, "here: unknown setting 'part.sise'; did you mean 'part.size'?"],
    [{ 'part.size': 'large' }, 'here: \'part.size\' must be a number, got "large"'],
    [{ 'stagge.rate': 1 }, "here: unknown setting 'stagge.rate'; did you mean 'stage.rate'?"],
    [{ seed: 2 }, "here: unknown setting 'seed'"],
    [{ 'stage.rate.x': 2 }, "here: unknown setting 'stage.rate.x'; did you mean 'stage.rate'?"],
    [{ alone: 'z' }, 'here: \'alone\' must be one of x, y, got "z"'],
  ])('refuses %j', (settings, message) => {
    expect(() => applySettings('here', fields, base, settings)).toThrow(message);
  });
});

describe('paths', () => {
  it('name every field, those of parts behind the name of the part', () => {
    expect(settingPaths(fields)).toEqual([
      'seed',
      'stage.rate',
      'stage.steps',
      'part.size',
      'part.name',
      'alone',
    ]);
  });

  it('are found in a nested record', () => {
    expect(settingsIn({ stage: { rate: 0.5, steps: 3 }, alone: 'y' })).toEqual({
      'stage.rate': 0.5,
      'stage.steps': 3,
      alone: 'y',
    });
  });
});
