import { describe, expect, it } from 'vitest';
import {
  compareSettings,
  computedRows,
  failedRows,
  fullSettings,
  isBaseline,
  nameOfCondition,
  rowsOfCondition,
} from '../../lib/experiment/experiment';
import { sampleExperiment } from './sample-experiment';

const experiment = sampleExperiment();
const { config } = experiment;

describe('conditions by their settings', () => {
  it('take axes that are not named from the baseline', () => {
    expect(fullSettings(config, { filter: 'both' })).toEqual({ filter: 'both', noise: 'middle' });
    expect(nameOfCondition(config, { noise: 'high' })).toBe('filter=none noise=high');
    expect([isBaseline(config, {}), isBaseline(config, { noise: 'high' })]).toEqual([true, false]);
  });

  it('have the rows that were computed', () => {
    expect(rowsOfCondition(experiment, { filter: 'ties', noise: 'high' }).map(({ seed }) => seed)).toEqual([
      1, 2, 4, 5,
    ]);
    expect(rowsOfCondition(experiment, { filter: 'unknown' })).toEqual([]);
    expect([computedRows(experiment).length, failedRows(experiment).length]).toEqual([59, 1]);
  });
});

describe('compareSettings', () => {
  const both = { filter: 'both' };

  it('gives the same interval however it is asked for', () => {
    const [a, b] = [sampleExperiment(), sampleExperiment()];
    const ofA = compareSettings(a, both, {}, 'reward.goldAccuracy');
    // In `b` after another comparison, and with the settings in full.
    compareSettings(b, { filter: 'ties' }, {}, 'reward.goldAccuracy');
    const ofB = compareSettings(b, { ...both, noise: 'middle' }, config.baseline, 'reward.goldAccuracy');
    expect(ofA?.ci).toEqual(ofB?.ci);
    expect(ofA?.method).toBe('seeds and prompts');
  });

  it('turns with its sides to the last digit', () => {
    const [ab, ba] = [
      compareSettings(experiment, both, {}, 'reward.goldAccuracy'),
      compareSettings(experiment, {}, both, 'reward.goldAccuracy'),
    ];
    expect(ba?.ci?.[0]).toBeCloseTo(-(ab?.ci?.[1] as number), 12);
    expect(ba?.pValue()).toBeCloseTo(ab?.pValue() as number, 12);
  });

  it('compares once', () => {
    const first = compareSettings(experiment, both, {}, 'ppo.kl');
    expect(compareSettings(experiment, both, {}, 'ppo.kl')).toBe(first);
  });

  it('covers the truth that the sample was made with', () => {
    const comparison = compareSettings(experiment, both, {}, 'reward.goldAccuracy');
    const [low, high] = comparison?.ci ?? [0, 0];
    expect(low).toBeLessThan(0.06);
    expect(high).toBeGreaterThan(0.06);
  });
});
