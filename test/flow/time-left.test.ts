import { describe, expect, it } from 'vitest';
import { secondsLeft, type StageTime } from '../../lib/flow/time-left';

const waiting = (label: string, expected: number | undefined, ...upstream: string[]): StageTime => ({
  label,
  upstream,
  expected,
  spent: undefined,
  ended: false,
});

describe('secondsLeft', () => {
  it('judges stages that have not begun by how those that tell compare with what they take elsewhere', () => {
    // Twice as slow as elsewhere: 40 + 60 s instead of 50 s.
    const sft = { ...waiting('sft', 50), spent: 40, left: 60 };
    expect(secondsLeft([sft, waiting('reward', 20, 'sft')], 1)).toBeCloseTo(60 + 40, 9);
  });

  it('runs as many at a time as may, each after those that it reads from', () => {
    const sft = { ...waiting('sft', 10), spent: 10, ended: true };
    const stages = [sft, waiting('a', 30, 'sft'), waiting('b', 10, 'sft'), waiting('c', 5, 'b'), waiting('d', 10, 'a', 'c')]; // prettier-ignore
    expect(secondsLeft(stages, 2)).toBeCloseTo(40, 9);
    expect(secondsLeft(stages, 1)).toBeCloseTo(55, 9);
  });

  it('takes off what a running stage has done already, and never less than nothing', () => {
    const sft = { ...waiting('sft', 10), spent: 10, ended: true };
    expect(secondsLeft([sft, { ...waiting('a', 30), spent: 12 }], 2)).toBeCloseTo(18, 9);
    expect(secondsLeft([sft, { ...waiting('a', 30), spent: 45 }], 2)).toBe(0);
  });

  it('is not known before anything is: no stage tells, those that do are little, or one is of unknown length', () => {
    const world = { ...waiting('world', 2), spent: 9, ended: true };
    expect(secondsLeft([waiting('world', 2), waiting('sft', 98)], 1)).toBeUndefined();
    expect(secondsLeft([world, waiting('sft', 98)], 1)).toBeUndefined();
    expect(secondsLeft([{ ...waiting('sft', 50), spent: 1, left: 9 }, waiting('own', undefined)], 1)).toBeUndefined(); // prettier-ignore
  });

  it('does not count stages that an earlier run has done', () => {
    const before = { ...waiting('sft', 50), ended: true };
    const reward = { ...waiting('reward', 10), spent: 5, left: 5 };
    expect(secondsLeft([before, reward, waiting('ppo', 30, 'sft', 'reward')], 1)).toBeCloseTo(35, 9);
  });
});
