import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announceCompiling } from '../../lib/backend/compiling';
import {
  drawOn,
  offerProgressTo,
  remark,
  rowOf,
  startProgress,
  withinStage,
  type ProgressState,
} from '../../lib/train/progress';
import { lineScreen } from '../../lib/train/screen';

const before = process.env['RLHF_KIT_PROGRESS'];
const told: ({ ended: boolean } & ProgressState)[] = [];
let withdraw: () => void;
beforeEach(() => {
  delete process.env['RLHF_KIT_PROGRESS'];
  told.length = 0;
  withdraw = offerProgressTo(() => ({
    show: (state) => void told.push({ ended: false, ...state }),
    end: (state) => void told.push({ ended: true, ...state }),
  }));
});
afterEach(() => {
  withdraw();
  if (before !== undefined) process.env['RLHF_KIT_PROGRESS'] = before;
});

const state: ProgressState = {
  title: 'sft',
  total: 900,
  unit: 'step',
  done: 1,
  shown: {},
  seconds: 30,
  compiling: false,
};

describe('startProgress', () => {
  it('has the label of the stage that runs, and the part of it', async () => {
    await withinStage('ppo-no-sft-loss', () => {
      startProgress('ppo: reference', 4, 'response').stop();
      startProgress('ppo', 2).stop();
      return Promise.resolve();
    });
    startProgress('ppo', 2).stop();
    expect(told.filter(({ ended }) => ended).map(({ title }) => title)).toEqual([
      'ppo-no-sft-loss: reference',
      'ppo-no-sft-loss',
      'ppo',
    ]);
  });

  it('says that the engine compiles until the next unit is done, and no more after the end', () => {
    const bar = startProgress('sft', 900);
    announceCompiling();
    bar.update(1);
    announceCompiling();
    bar.stop();
    announceCompiling();
    expect(told.map(({ compiling }) => compiling)).toEqual([false, true, false, true, false]);
  });

  it('says so of a stage that has no bar yet', async () => {
    await withinStage('reward-plain', () => {
      announceCompiling();
      startProgress('reward', 10).stop();
      return Promise.resolve();
    });
    announceCompiling();
    expect(told.map(({ title, total, compiling, ended }) => ({ title, total, compiling, ended }))).toEqual([
      { title: 'reward-plain', total: 0, compiling: true, ended: false },
      { title: 'reward-plain', total: 0, compiling: false, ended: true },
      { title: 'reward-plain', total: 10, compiling: false, ended: false },
      { title: 'reward-plain', total: 10, compiling: false, ended: true },
    ]);
  });

  it('is silent when asked to be, and where there is nothing to do', () => {
    startProgress('empty', 0).stop();
    process.env['RLHF_KIT_PROGRESS'] = 'off';
    const bar = startProgress('sft', 900);
    announceCompiling();
    bar.update(1);
    bar.stop();
    expect(told).toEqual([]);
  });
});

describe('remark', () => {
  it('has the rate and the time left once they are known, and times as minutes and seconds', () => {
    expect(remark(state)).toBe('');
    expect(remark({ ...state, rate: 9, secondsLeft: 99.9, shown: { loss: 0.2784, runs: 12 } })).toBe(
      '9 step/s · 1 min 40 s left · loss 0.278 runs 12',
    );
    expect(remark({ ...state, rate: 2345.6, secondsLeft: 0.2 })).toBe('2346 step/s · 0 s left');
  });

  it('has nothing but the compiling while the engine compiles', () => {
    expect(remark({ ...state, rate: 9, secondsLeft: 100, compiling: true })).toBe(
      'compiling (first time; kept for later)',
    );
    expect(rowOf({ ...state, total: 0, done: 0, compiling: true })).toMatchObject({
      share: undefined,
      text: 'compiling (first time; kept for later)',
      atOnce: true,
    });
  });
});

describe('drawOn', () => {
  it('ends with a line: how much in which time', () => {
    const lines: string[] = [];
    const drawing = drawOn(lineScreen((line) => lines.push(line)));
    drawing.show(state);
    drawing.end({ ...state, done: 900, seconds: 95, shown: { loss: 0.5 } });
    expect(lines).toEqual(['sft 900/900 steps in 1 min 35 s · loss 0.500']);
  });
});
