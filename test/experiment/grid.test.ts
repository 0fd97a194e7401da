import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readExperiment } from '../../lib/experiment/config';
import { gridOf, stepNames, stepsBehind } from '../../lib/experiment/grid';
import { writeTinyExperiment } from '../support/tiny-experiment';

const root = mkdtempSync(join(tmpdir(), 'experiment-grid-'));
afterAll(() => rmSync(root, { recursive: true }));

const grid = (given: Record<string, unknown>) =>
  gridOf(readExperiment(writeTinyExperiment(join(root, 'e'), given)), join(root, 'store'), 'cpu');

describe('gridOf', () => {
  it('has whole seeds one after another', () => {
    expect(grid({}).map(({ cell, seed }) => `${cell.name} ${seed}`)).toEqual([
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

  it('refuses a setting that there is not, naming experiment and cell', () => {
    expect(() => grid({ axes: { a: { b: { bestof: 1 } } }, baseline: { a: 'b' } })).toThrow(
      /experiment e, a=b: no setting is called 'bestof'; did you mean 'bestOf'\?/,
    );
  });
});

describe('stepsBehind', () => {
  const countOf = (given: Record<string, unknown>): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { name } of stepsBehind(grid(given)).values()) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };

  it('has what cells share once a seed, and only what the measures need', () => {
    expect(countOf({})).toEqual({
      world: 2,
      sft: 2,
      candidates: 2,
      preferences: 2,
      filter: 2,
      'reward-debiased': 4,
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

  it('trains a reward model of another size from an SFT run of its own, and the policy from the common one', () => {
    const counts = countOf({
      axes: { size: { base: {}, small: { 'rewardModel.hiddenSize': 16 } } },
      baseline: { size: 'base' },
      measures: ['ppo'],
      seeds: [1],
    });
    expect(counts).toMatchObject({ sft: 1, 'reward-sft': 1, 'reward-debiased': 2, ppo: 2 });
  });

  it('comes in an order in which each step follows those it reads from', () => {
    const seen = new Set<string>();
    for (const { folder, upstream } of stepsBehind(
      grid({ measures: ['ppo', 'dpo', 'grpo', 'rloo'] }),
    ).values()) {
      for (const earlier of upstream) expect(seen).toContain(earlier);
      seen.add(folder);
    }
  });

  it('names the steps behind one cell once each', () => {
    const [first] = grid({ measures: ['filter', 'reward'] });
    const names = stepNames(first as NonNullable<typeof first>);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('scorecards');
    expect(names).not.toContain('ppo');
  });
});
