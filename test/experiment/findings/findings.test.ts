import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chartJson, writeFindings } from '../../../lib/experiment/findings/findings';
import { resultsPage } from '../../../lib/experiment/findings/table';
import { noBrowser } from '../../support/chromium';
import { sampleExperiment } from '../sample-experiment';

const experiment = sampleExperiment();

describe('writeFindings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-findings-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });

  it('writes tables and charts as JSON and says why there is no SVG', async () => {
    vi.stubEnv('RLHF_KIT_CHROMIUM', '/nowhere/chromium');
    const { files, missing } = await writeFindings(folder, experiment);
    expect(files).toEqual([
      'table.md',
      'charts/conditions.json',
      'charts/differences.json',
      'charts/courses.json',
    ]);
    expect(missing).toContain('there is no Chromium at /nowhere/chromium');
    expect(readFileSync(join(folder, 'table.md'), 'utf8')).toBe(resultsPage(experiment));
    const chart = JSON.parse(readFileSync(join(folder, 'charts/conditions.json'), 'utf8')) as {
      data: unknown[];
    };
    expect(chart.data.length).toBeGreaterThan(0);
  });

  it('has a table alone before the first result', async () => {
    expect(await writeFindings(folder, { config: experiment.config, rows: [] })).toEqual({
      files: ['table.md'],
    });
    expect(existsSync(join(folder, 'charts'))).toBe(false);
  });

  it.skipIf(noBrowser !== undefined)(
    `writes SVG beside the JSON${noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`}`,
    async () => {
      const { files, missing } = await writeFindings(folder, experiment);
      expect(missing).toBeUndefined();
      expect(files.filter((file) => file.endsWith('.svg'))).toHaveLength(3);
      for (const file of files) expect(readFileSync(join(folder, file), 'utf8').length).toBeGreaterThan(1000);
    },
  );
});

describe('chartJson', () => {
  it('keeps five digits', () => {
    expect(chartJson({ data: [{ x: [1 / 3, 123456, null] }], layout: {} })).toBe(
      '{"data":[{"x":[0.33333,123460,null]}],"layout":{}}\n',
    );
  });
});
