import { describe, expect, it } from 'vitest';
import { applySettings, readSettings, type KnownSettings } from '../lib/settings';

const base = { stage: { rate: 0.1, steps: 10 }, part: { size: 4, name: 'a' }, alone: 'x' };
const known: KnownSettings = {
  stages: {
    stage: {
      rate: { doc: 'a rate', type: 'number', min: 0 },
      steps: { doc: 'how many', type: 'integer', min: 1 },
    } as KnownSettings['stages'][string],
  },
  parts: { part: base.part },
  values: { alone: base.alone },
  choices: { alone: ['x', 'y'] },
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
    expect(applySettings('here', base, settings, known)).toEqual({
      stage: { rate: 0.5, steps: 10 },
      part: { size: 8, name: 'a' },
      alone: 'y',
    });
    expect(base.stage.rate).toBe(0.1);
  });

  it.each([
    [{ 'stage.rat': 1 }, "here: stage config: unknown key 'rat'; did you mean 'rate'?"],
    [{ 'stage.rate': -1 }, "'rate' must be a number ≥ 0, got -1"],
    [{ 'stage.steps': 1.5 }, "'steps' must be an integer ≥ 1, got 1.5"],
    [{ 'part.sise': 1 }, "here: no setting is called 'part.sise'; did you mean 'part.size'?"],
    [{ 'part.size': 'large' }, 'here: part.size must be a number, got "large"'],
    [{ 'stagge.rate': 1 }, "here: no setting is called 'stagge.rate'; did you mean 'stage.rate'?"],
    [{ alone: 'z' }, 'here: alone must be one of x, y, got "z"'],
  ])('refuses %j', (settings, message) => {
    expect(() => applySettings('here', base, settings, known)).toThrow(message);
  });
});
