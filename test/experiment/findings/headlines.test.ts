import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../../lib/experiment/experiment';
import { headlineList, headlines } from '../../../lib/experiment/findings/headlines';
import { openExperiments } from '../../../lib/experiment/open';
import { judgeClaims } from '../../../lib/experiment/statistics/verdict';

let committed: Experiment[];
beforeAll(async () => {
  committed = await openExperiments(join(__dirname, '..', '..', '..', 'experiments'));
});
const named = (name: string): Experiment => {
  const found = committed.find(({ config }) => config.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

describe('headlineList', () => {
  it('has one item per headline, with the verdict and the numbers of its claim', () => {
    const items = headlineList(committed)?.replaceAll('\n  ', ' ').split('\n') ?? [];
    expect(items).toHaveLength(headlines.length);
    const [claim] = judgeClaims(named('07-algorithms'));
    const [ppo, dpo] = claim?.comparison?.means.map((mean) => (100 * mean).toFixed(1)) ?? [];
    expect(items[2]).toContain('**Contradicted** ([07-algorithms](experiments/07-algorithms/README.md))');
    expect(items[2]).toContain(`${dpo} points for DPO and ${ppo} for PPO`);
  });

  it('has a contradicted claim and one that is not shown', () => {
    const verdicts = headlines.map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(['reproduced', 'contradicted', 'not shown']));
  });

  it('refuses a sentence whose claim has another verdict now', () => {
    const algorithms = named('07-algorithms');
    const turned = {
      ...algorithms,
      config: {
        ...algorithms.config,
        claims: algorithms.config.claims.map((claim) => ({ ...claim, expected: 'lower' as const })),
      },
    };
    const others = committed.filter((one) => one !== algorithms);
    expect(() => headlineList([...others, turned])).toThrow(
      "headlines: 07-algorithms, 'PPO wins more than DPO' was contradicted when its sentence was written and is reproduced now; rewrite the sentence",
    );
    expect(() => headlineList(others)).toThrow('no experiment 07-algorithms');
  });

  it('is silent in a folder with other experiments only', () => {
    expect(headlineList([named('08-scale')])).toBeUndefined();
  });
});
