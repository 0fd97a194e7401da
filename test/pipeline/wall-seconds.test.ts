import { describe, expect, it } from 'vitest';
import { wallSeconds } from '../../lib/pipeline/wall-seconds';

describe('wallSeconds', () => {
  const manifest = (start: number, seconds: number) => ({
    complete: true,
    seconds,
    finishedAt: new Date((start + seconds) * 1000).toISOString(),
  });

  it('counts time in which two stages ran once, and time between two sittings not at all', () => {
    expect(wallSeconds([manifest(0, 10), manifest(10, 5)])).toBeCloseTo(15);
    expect(wallSeconds([manifest(12, 8), manifest(0, 10), manifest(5, 10), manifest(6, 2)])).toBeCloseTo(20);
    expect(wallSeconds([manifest(0, 10), manifest(1000, 1)])).toBeCloseTo(11);
  });
});
