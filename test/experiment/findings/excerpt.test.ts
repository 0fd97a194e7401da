import { describe, expect, it } from 'vitest';
import { resultsExcerpt } from '../../../lib/experiment/findings/excerpt';
import { sampleExperiment } from '../sample-experiment';
import { asPrettier } from '../../support/prettier';
const experiment = sampleExperiment();

describe('resultsExcerpt', () => {
  it('has verdict, claims, charts and conditions, as Prettier would write them', async () => {
    const excerpt = `${resultsExcerpt(experiment)}\n`;
    expect(excerpt).toContain('**Partly reproduced**');
    expect(excerpt).toContain('![Differences from the baseline](charts/differences.svg)');
    expect(excerpt).toContain('1 of 60 runs failed.');
    expect(await asPrettier(excerpt)).toBe(excerpt);
  });

  it('has no pictures and no verdict where there is nothing to show', () => {
    const excerpt = resultsExcerpt({ config: { ...experiment.config, claims: [] }, rows: [] });
    expect(excerpt).not.toContain('.svg');
    expect(excerpt).not.toContain('eproduced');
    expect(excerpt).not.toContain('failed');
  });
});
