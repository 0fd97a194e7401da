import { describe, expect, it } from 'vitest';
import { markedPart, rewriteMarked } from '../../../lib/experiment/findings/markers';
import { allClaims, experimentsSummary, summaryMarkers } from '../../../lib/experiment/findings/summary';
import { judgeClaims } from '../../../lib/experiment/statistics/verdict';
import { sampleExperiment } from '../sample-experiment';
import { asPrettier } from '../../support/prettier';
const experiment = sampleExperiment();
const unrun = { config: { ...experiment.config, name: '02-other' }, rows: [] };
const summary = experimentsSummary([experiment, unrun]);
const cellsOf = (text: string): string[][] =>
  text
    .replaceAll('\\|', '¦')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const [first] = judgeClaims(experiment);
const [a, b] = first?.comparison?.means.map((mean) => mean.toFixed(3)) ?? [];
const firstClaim = [
  'Without ties and cycles the reward model is right more often.',
  'filters both; no number',
  `+${first?.comparison?.difference.toFixed(3)} (${a} against ${b})`,
  expect.stringMatching(/^\[\+0\.\d{3}, \+0\.\d{3}\]$/) as string,
  'reproduced',
];

describe('experimentsSummary', () => {
  const rows = cellsOf(summary);

  it('has a line an experiment: its first claim, how it was judged, and how many of all hold', () => {
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual([
      '[01-data-filter](../experiments/01-data-filter/README.md)',
      ...firstClaim,
      expect.stringMatching(/^2 of 3 reproduced$/),
      '72',
    ]);
  });

  it('says what was not run', () => {
    expect(rows[1]?.slice(3)).toEqual(['–', '–', 'not run yet', '–', '–']);
  });

  it('counts verdicts of what was run', () => {
    expect(summary.replaceAll('\n', ' ')).toContain(
      '1 of 2 experiments have been run. Of their 3 claims, 2 are reproduced, 0 contradicted and 1 not shown',
    );
  });
});

describe('allClaims', () => {
  it('has a line a claim', () => {
    const rows = cellsOf(allClaims([experiment, unrun]));
    expect(rows).toHaveLength(6);
    expect(rows[0]).toEqual(['[01-data-filter](01-data-filter/README.md)', ...firstClaim]);
    expect(rows[1]?.[0]).toBe('');
    expect(rows[3]?.slice(3)).toEqual(['–', '–', 'not run yet']);
  });
});

describe('both', () => {
  it('is as Prettier would write it, between its markers', async () => {
    const text = `# Title\n\n${markedPart(summaryMarkers, 'none yet')}\n`;
    for (const content of [summary, allClaims([experiment, unrun])]) {
      const whole = rewriteMarked(text, summaryMarkers, content);
      expect(await asPrettier(whole)).toBe(whole);
    }
  });
});
