import { describe, expect, it } from 'vitest';
import { comparisonPage } from '../../../lib/experiment/findings/comparison-page';
import type { Comparison } from '../../../lib/experiment/statistics/compare-conditions';

const comparison = {
  means: [0.75, 0.5],
  difference: 0.25,
  ci: [0.125, 0.375],
  method: 'seeds',
  seeds: [1, 2, 3],
  unpaired: 0,
  prompts: 0,
  effect: null,
  p: 0.0004,
} as unknown as Comparison & { readonly p: number };

describe('comparisonPage', () => {
  it('has one row per metric, with means, difference, interval, p and seeds', () => {
    const page = comparisonPage({
      experiment: 'e',
      condition: 'a=b',
      against: 'a=c',
      metrics: { 'm.accuracy': comparison, 'm.kl': undefined },
    });
    const rows = page.split('\n').filter((line) => line.startsWith('|'));
    const parts = rows.map((row) =>
      row
        .split('|')
        .map((text) => text.trim())
        .slice(1, -1),
    );
    expect(parts[0]).toEqual(['metric', 'condition', 'against', 'difference', 'p', 'seeds']);
    expect(parts[2]).toEqual(['m.accuracy', '0.750', '0.500', '+0.250 [+0.125, +0.375]', '< 0.001', '3']);
    expect(parts[3]).toEqual(['m.kl', '–', '–', '–', '–', '0']);
    expect(page).toMatch(/^e: a=b against a=c\n/);
  });

  it('has no interval where one seed is all there is', () => {
    const one = { ...comparison, ci: null, p: null, seeds: [1] };
    const page = comparisonPage({ experiment: 'e', condition: 'a', against: 'b', metrics: { m: one } });
    expect(page).toMatch(/\| +\+0\.250 \| +– \| +1 \|/);
  });
});
