import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../lib/intervals';

describe('wilsonInterval', () => {
  it('equals the published values for 8 of 10', () => {
    // (0.8 + 0.19207 ± 1.96·√(0.016 + 0.0096036)) / 1.38415
    const [low, high] = wilsonInterval(0.8, 10);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
  });

  it('solves |p − share| = z·√(p(1 − p)/n)', () => {
    for (const [share, n] of [
      [0.65, 400],
      [0.2, 30],
    ] as const) {
      for (const bound of wilsonInterval(share, n)) {
        expect(Math.abs(bound - share)).toBeCloseTo(1.959964 * Math.sqrt((bound * (1 - bound)) / n), 6);
      }
    }
  });

  it('has a width at 0 and at 1 and stays inside [0, 1]', () => {
    const [none, some] = wilsonInterval(0, 20);
    expect(none).toBe(0);
    expect(some).toBeCloseTo(0.1611, 4);
    expect(wilsonInterval(1, 20)[0]).toBeCloseTo(1 - 0.1611, 4);
    expect(wilsonInterval(1, 20)[1]).toBe(1);
  });

  it('refuses a share of nothing', () => {
    expect(() => wilsonInterval(0, 0)).toThrow(/n must be > 0, got 0/);
  });
});
