import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { hasDrifted, markedPart, rewriteMarked } from '../../../lib/experiment/findings/markers';
import { experimentsSummary, summaryMarkers } from '../../../lib/experiment/findings/summary';
import { judgeClaims } from '../../../lib/experiment/statistics/verdict';
import { sampleExperiment } from '../sample-experiment';

const options = { parser: 'markdown', ...(JSON.parse(readFileSync('.prettierrc.json', 'utf8')) as object) };
const experiment = sampleExperiment();
const unrun = { config: { ...experiment.config, name: '02-other' }, rows: [] };
const summary = experimentsSummary([experiment, unrun]);
const rows = summary
  .replaceAll('\\|', '¦')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((text) => text.trim()),
  );

describe('experimentsSummary', () => {
  it('has a line a claim, with what was measured and how it was judged', () => {
    expect(rows).toHaveLength(6);
    const [first] = judgeClaims(experiment);
    const [a, b] = first?.comparison?.means.map((mean) => mean.toFixed(3)) ?? [];
    expect(rows[0]).toEqual([
      '[01](experiments/01-data-filter/README.md) Without ties and cycles the reward model is right more often.',
      'filters both; no figure',
      `+${first?.comparison?.difference.toFixed(3)} (${a} against ${b})`,
      expect.stringMatching(/^\[\+0\.\d{3}, \+0\.\d{3}\]$/),
      'reproduced',
      '`experiment run experiments/01-data-filter`',
      '72',
    ]);
    expect(rows[1]?.slice(4)).toEqual(['not shown', '', '']);
  });

  it('says what was not run', () => {
    expect(rows[3]?.slice(2)).toEqual([
      '–',
      '–',
      'not run yet',
      '`experiment run experiments/02-other`',
      '–',
    ]);
  });

  it('counts verdicts', () => {
    expect(summary).toContain('Of 6 claims 2 are reproduced, 0 contradicted and 4 not shown');
  });

  it('is as Prettier would write it, between its markers', async () => {
    const text = `# Title\n\n${markedPart(summaryMarkers, 'none yet')}\n`;
    const written = rewriteMarked(text, summaryMarkers, summary);
    expect(await format(written, options)).toBe(written);
    expect(hasDrifted(written, summaryMarkers, summary)).toBe(false);
    expect(hasDrifted(written, summaryMarkers, experimentsSummary([unrun]))).toBe(true);
  });
});
