import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { resultsExcerpt } from '../../../lib/experiment/findings/excerpt';
import { sampleExperiment } from '../sample-experiment';

const options = { parser: 'markdown', ...(JSON.parse(readFileSync('.prettierrc.json', 'utf8')) as object) };
const experiment = sampleExperiment();

describe('resultsExcerpt', () => {
  it('has verdict, claims, figures and cells, as Prettier would write them', async () => {
    const excerpt = `${resultsExcerpt(experiment)}\n`;
    expect(excerpt).toContain('**Partly reproduced**');
    expect(excerpt).toContain('![Differences to the baseline](figures/differences.svg)');
    expect(excerpt).toContain('1 of 60 runs failed.');
    expect(await format(excerpt, options)).toBe(excerpt);
  });

  it('has no pictures and no verdict where there is nothing to show', () => {
    const excerpt = resultsExcerpt({ config: { ...experiment.config, claims: [] }, rows: [] });
    expect(excerpt).not.toContain('.svg');
    expect(excerpt).not.toContain('eproduced');
    expect(excerpt).not.toContain('failed');
  });
});
