import { describe, expect, it } from 'vitest';
import { createRng } from '../lib/random';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('createRng', () => {
  it('gives the same stream for the same path and other streams for other paths', () => {
    const draw = (seed: number, name: string): number[] => {
      const rng = createRng(seed).fork(name);
      return Array.from({ length: 5 }, () => rng.uniform());
    };
    expect(draw(1, 'rollout')).toEqual(draw(1, 'rollout'));
    expect(draw(1, 'rollout')).not.toEqual(draw(2, 'rollout'));
    expect(draw(1, 'rollout')).not.toEqual(draw(1, 'rollouts'));
  });

  it('is not disturbed by what its parent or its siblings draw', () => {
    const parent = createRng(3);
    const before = parent.fork('a').uniform();
    parent.uniform();
    parent.fork('b').uniform();
    expect(parent.fork('a').uniform()).toBe(before);
  });

  it('draws uniforms in (0, 1) that float32 holds exactly, with mean 1/2', () => {
    const values = [...createRng(4).uniforms(20000)];
    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(values.every((value) => Math.fround(value) === value)).toBe(true);
  });

  it('draws normals with mean 0 and the given standard deviation', () => {
    const values = [...createRng(5).normals(20000, 3)];
    expect(Math.abs(mean(values))).toBeLessThan(0.1);
    expect(Math.sqrt(mean(values.map((value) => value * value)))).toBeCloseTo(3, 1);
  });

  it('spreads integers evenly and shuffles without losing anything', () => {
    const rng = createRng(6);
    const counts = [0, 0, 0];
    for (let i = 0; i < 9000; i++) (counts[rng.integer(3)] as number)++;
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(200);
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = rng.shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });

  it('refuses to pick from nothing', () => {
    expect(() => createRng(1).pick([])).toThrow('must not be empty');
  });

  it('gives neighbouring names unrelated first numbers', () => {
    const first = Array.from({ length: 2000 }, (_, i) => createRng(1).fork(i).uniform());
    const lag = mean(first.slice(1).map((value, i) => (value - 0.5) * ((first[i] as number) - 0.5)));
    expect(mean(first)).toBeCloseTo(0.5, 1);
    expect(Math.abs(lag * 12)).toBeLessThan(0.08);
  });
});
