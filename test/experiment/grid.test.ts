import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readExperiment } from '../../lib/experiment/config';
import { gridOf, keysOf } from '../../lib/experiment/grid';
import { labelsBehind } from '../support/condition-stages';
import { writeTinyExperiment } from '../support/tiny-experiment';

const root = mkdtempSync(join(tmpdir(), 'experiment-grid-'));
afterAll(() => rmSync(root, { recursive: true }));

const grid = (given: Record<string, unknown>) =>
  gridOf(readExperiment(writeTinyExperiment(join(root, 'e'), given)), join(root, 'store'), 'cpu');

describe('gridOf', () => {
  it('has whole seeds one after another', () => {
    expect(grid({}).map(({ condition, seed }) => `${condition.name} ${seed}`)).toEqual([
      'lambda=none 1',
      'lambda=some 1',
      'lambda=none 2',
      'lambda=some 2',
    ]);
  });

  it('has another hash for another seed, setting or measure, and the same for the same', () => {
    const hashes = (given: Record<string, unknown>) => grid(given).map(({ configHash }) => configHash);
    expect(new Set(hashes({})).size).toBe(4);
    expect(hashes({ title: 'Other words' })).toEqual(hashes({}));
    expect(hashes({ measures: ['reward'] })[0]).not.toBe(hashes({})[0]);
  });

  it('refuses a setting that there is not, naming experiment and condition', () => {
    expect(() => grid({ axes: { a: { b: { bestof: 1 } } }, baseline: { a: 'b' } })).toThrow(
      /experiment e, a=b: unknown setting 'bestof'; did you mean 'bestOf'\?/,
    );
  });
});

describe('the stages behind conditions', () => {
  const countOf = (given: Record<string, unknown>): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const label of labelsBehind(grid(given))) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  };

  it('are what conditions share once a seed, and only what the measures need', () => {
    expect(countOf({})).toEqual({
      world: 2,
      sft: 2,
      candidates: 2,
      preferences: 2,
      filter: 2,
      reward: 4,
      'best-of-n': 2,
      scorecards: 4,
    });
    expect(countOf({ measures: ['filter'] })).toEqual({
      world: 2,
      sft: 2,
      candidates: 2,
      preferences: 2,
      filter: 2,
    });
  });

  it('train a reward model of another size from an SFT run of its own, and the policy from the common one', () => {
    const counts = countOf({
      axes: { size: { base: {}, small: { 'rewardModel.hiddenSize': 16 } } },
      baseline: { size: 'base' },
      measures: ['ppo'],
      seeds: [1],
    });
    expect(counts).toMatchObject({ sft: 1, 'reward-sft': 1, reward: 2, ppo: 2 });
  });
});

describe('keysOf', () => {
  const first = (given: Record<string, unknown>) => {
    const [run] = grid(given);
    return keysOf(run as NonNullable<typeof run>);
  };

  it('has a key for each stage behind a condition and for each measure', () => {
    const { stages, measures } = first({ measures: ['filter', 'reward'] });
    expect(Object.keys(stages)).toContain('scorecards');
    expect(Object.keys(stages)).not.toContain('ppo');
    expect(Object.keys(measures)).toEqual(['filter', 'reward']);
  });

  it('changes with a setting from the stage on that has it, whatever the engine', () => {
    const axes = (value: number) => ({
      axes: { a: { b: { 'reward.scoreL2Coefficient': value } } },
      baseline: { a: 'b' },
    });
    const [one, other] = [first(axes(0.1)), first(axes(0.2))];
    for (const label of ['world', 'sft', 'filter', 'best-of-n'])
      expect(other.stages[label]).toBe(one.stages[label]);
    for (const label of ['reward', 'scorecards']) expect(other.stages[label]).not.toBe(one.stages[label]);
    const experiment = readExperiment(writeTinyExperiment(join(root, 'e'), axes(0.1)));
    const [elsewhere] = gridOf(experiment, join(root, 'other-store'), 'wasm');
    expect(keysOf(elsewhere as NonNullable<typeof elsewhere>)).toEqual(one);
  });
});
