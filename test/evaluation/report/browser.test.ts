/** The report in a browser: charts are drawn in both colour schemes, and nothing is asked of the network. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../../lib/evaluation/report/report';
import { sampleReport } from './sample-report';

const executablePath = process.env['RLHF_KIT_CHROMIUM'] ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath);

describe.skipIf(missing)(
  `report.html in Chromium${missing ? ` (skipped: no ${executablePath})` : ''}`,
  () => {
    let browser: Browser;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-report-'));
      writeFileSync(join(folder, 'report.html'), renderReport(sampleReport()));
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(colorScheme: 'light' | 'dark', width = 1240) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      const problems: string[] = [];
      const requests: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
      });
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) requests.push(request.url());
      });
      await page.goto(pathToFileURL(join(folder, 'report.html')).href);
      await page.waitForFunction(
        "document.querySelectorAll('.js-plotly-plot .main-svg').length >= document.querySelectorAll('.chart').length",
      );
      return { page, problems, requests };
    }

    /** Contrast of the first axis label with the ground of its card, as WCAG 2 defines it. */
    const labelContrast = (page: Page): Promise<number> =>
      page.evaluate(`(() => {
      const luminance = (color) => {
        const [r, g, b] = color.match(/[\\d.]+/g).map((c) => {
          const s = c / 255;
          return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const label = luminance(getComputedStyle(document.querySelector('.xtick text')).fill);
      const ground = luminance(getComputedStyle(document.querySelector('.card')).backgroundColor);
      return (Math.max(label, ground) + 0.05) / (Math.min(label, ground) + 0.05);
    })()`);

    it.each(['light', 'dark'] as const)(
      'draws every chart in the %s scheme, legibly and offline',
      async (scheme) => {
        const { page, problems, requests } = await open(scheme);
        const sizes = await page.evaluate<{ width: number; height: number; marks: number }[]>(
          `[...document.querySelectorAll('.chart')].map((chart) => {
        const { width, height } = chart.querySelector('.main-svg').getBoundingClientRect();
        return { width, height, marks: chart.querySelectorAll('.cartesianlayer .trace path').length };
      })`,
        );
        expect(sizes).toHaveLength(12);
        for (const { width, height, marks } of sizes) {
          expect(width).toBeGreaterThan(300);
          expect(height).toBeGreaterThan(200);
          expect(marks).toBeGreaterThan(0);
        }
        expect(await labelContrast(page)).toBeGreaterThan(4.5);
        expect(problems).toEqual([]);
        expect(requests).toEqual([]);
        await page.close();
      },
    );

    it('follows the colour scheme when it changes', async () => {
      const { page } = await open('light');
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.waitForTimeout(300);
      expect(await labelContrast(page)).toBeGreaterThan(4.5);
      await page.close();
    });

    it('fits a telephone without scrolling sideways', async () => {
      const { page } = await open('light', 400);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
      await page.close();
    });
  },
);
