import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderExperiment } from '../../../lib/experiment/findings/page';
import { coloursOf, noBrowser, startBrowser, watch } from '../../support/chromium';
import { sampleExperiment } from '../sample-experiment';

const experiment = sampleExperiment();
/** Without the Plotly bundle, which has every word. */
const words = (page: string): string => page.replace(/<script>[\s\S]*?<\/script>/g, '');

describe('renderExperiment', () => {
  it('has claims, charts, conditions and where the numbers come from', () => {
    const page = words(renderExperiment(experiment, 'rlhf-kit experiment show experiments/01-data-filter'));
    for (const text of [
      '<h1>Filtering of comparisons</h1>',
      '2 of 3',
      'Without ties and cycles the reward model is right more often.',
      'Difference to filter=none noise=middle [95%]',
      '1, 2, 3, 4, 5',
      'ppo: the loss is NaN at step 12',
      'Made by <code>rlhf-kit experiment show experiments/01-data-filter</code>',
    ])
      expect(page).toContain(text);
    expect(page.match(/class="chart"/g)).toHaveLength(3);
  });

  it('escapes what configurations and errors say', () => {
    const config = { ...experiment.config, title: '<b>x</b>', question: 'a <i>b</i>' };
    const rows = experiment.rows.map((row) =>
      'error' in row ? { ...row, error: '<script>alert(1)</script>' } : row,
    );
    const page = renderExperiment({ config, rows });
    expect(page).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(page).not.toContain('<i>b</i>');
    expect(page).not.toContain('<script>alert');
  });

  it('stands before the first result, without charts and without the bundle', () => {
    const page = renderExperiment({ config: experiment.config, rows: [] });
    expect(page).toContain('not run yet');
    expect(page.length).toBeLessThan(100_000);
  });
});

describe.skipIf(noBrowser !== undefined)(
  `report.html of an experiment in Chromium${noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`}`,
  () => {
    let browser: Browser;
    const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-experiment-'));
    const file = join(folder, 'report.html');
    beforeAll(async () => {
      writeFileSync(file, renderExperiment(experiment));
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    });

    it.each(['light', 'dark'] as const)(
      'draws every chart in the %s scheme and asks nothing of the network',
      async (colorScheme) => {
        const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 } });
        const watched = watch(page);
        await page.goto(pathToFileURL(file).href);
        await page.waitForFunction("document.querySelectorAll('.js-plotly-plot .main-svg').length >= 3");
        for (const id of ['chart-0', 'chart-1', 'chart-2']) {
          expect(await coloursOf(page, `[data-chart="${id}"]`)).toBeGreaterThan(20);
        }
        expect(watched).toEqual({ requests: [], problems: [] });
        await page.close();
      },
    );

    it('fits a telephone without scrolling sideways', async () => {
      const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
      await page.goto(pathToFileURL(file).href);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
      await page.close();
    });
  },
);
