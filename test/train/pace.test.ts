import { describe, expect, it } from 'vitest';
import { createPace } from '../../lib/train/pace';

/** All time, and the part of it that was spent compiling. */
function fakeClock() {
  let [time, compiled] = [100, 7];
  return {
    now: () => time,
    compiled: () => compiled,
    work: (seconds: number) => void (time += seconds),
    compile(seconds: number) {
      time += seconds;
      compiled += seconds;
    },
  };
}

describe('createPace', () => {
  it('leaves out what the first unit took, which compiles', () => {
    const clock = fakeClock();
    const pace = createPace(900, clock);
    clock.compile(27);
    clock.work(3);
    pace.reach(1);
    // No guess of 900 × 30 s.
    expect(pace.secondsLeft).toBeUndefined();
    for (let done = 2; done <= 101; done++) {
      clock.work(0.1);
      pace.reach(done);
    }
    expect(pace.rate).toBeCloseTo(10, 9);
    expect(pace.secondsLeft).toBeCloseTo(79.9, 9);
  });

  it('leaves out what is compiled later, e.g. for the first evaluation', () => {
    const clock = fakeClock();
    const pace = createPace(100, clock);
    pace.reach(1);
    clock.work(10);
    pace.reach(11);
    clock.compile(60);
    clock.work(10);
    pace.reach(21);
    expect(pace.rate).toBeCloseTo(1, 9);
    expect(pace.secondsLeft).toBeCloseTo(79, 9);
  });

  it('does not count what an earlier run has done', () => {
    const clock = fakeClock();
    const pace = createPace(1000, clock);
    pace.reach(501);
    clock.work(2);
    pace.reach(502);
    expect(pace.rate).toBeCloseTo(0.5, 9);
    expect(pace.secondsLeft).toBeCloseTo(996, 9);
  });

  it('knows nothing before anything is done', () => {
    const clock = fakeClock();
    const pace = createPace(10, clock);
    pace.reach(0);
    clock.work(5);
    pace.reach(0);
    expect([pace.rate, pace.secondsLeft]).toEqual([undefined, undefined]);
  });
});
