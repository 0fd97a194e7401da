/** The report in a browser: charts are drawn in both colour schemes, and nothing is asked of the network. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../../lib/evaluation/report/report';
import { noBrowser, startBrowser, watch } from '../../support/chromium';
import { cutElements, cutTexts, overlappingTexts } from '../../support/layout';
import { sampleReport } from './sample-report';

describe.skipIf(noBrowser)(`report.html in Chromium${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-report-'));
    writeFileSync(join(folder, 'report.html'), renderReport(sampleReport()));
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(colorScheme: 'light' | 'dark', width = 1240) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const watched = watch(page);
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    const undrawn = `[...document.querySelectorAll('.chart')].filter((one) => one.querySelector('.main-svg') === null).length`;
    await expect.poll(() => page.evaluate(undrawn), patience).toBe(0);
    return { page, ...watched };
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
    const labels = await page.locator('.xtick text').count();
    const light = await page.evaluate<string>(tickColour);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => page.evaluate(tickColour), patience).not.toBe(light);
    expect(await labelContrast(page)).toBeGreaterThan(4.5);
    expect(await page.locator('.xtick text').count()).toBe(labels);
    await page.close();
  });

  it.each([
    [1440, 'light'],
    [1440, 'dark'],
    [1000, 'light'],
    [700, 'light'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('shows everything on a screen of %i pixels (%s)', async (width, scheme) => {
    const { page } = await open(scheme, width);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await cutElements(page)).toEqual([]);
    expect(await cutTexts(page)).toEqual([]);
    expect(await overlappingTexts(page)).toEqual([]);
    await page.close();
  });

  it('needs no scrolling for the table of policies, stacked or not', async () => {
    for (const width of [1440, 390]) {
      const { page } = await open('light', width);
      expect(await page.locator('.stacking').count()).toBe(1);
      expect(await page.locator('[data-scrolls]').count()).toBe(0);
      const head = page.locator('.stacking thead th').last();
      expect((await head.boundingBox())?.width ?? 0).toBeGreaterThan(width === 390 ? 0 : 30);
      await page.close();
    }
  });

  it('stacks panels where there is little width, and sets them side by side again', async () => {
    const { page } = await open('light', 1240);
    const places = async (): Promise<{ x: number; y: number }[]> =>
      page.evaluate(`[...document.querySelector('.chart').querySelectorAll('.xtitle, .x2title')].map((title) => {
          const { x, y } = title.getBoundingClientRect();
          return { x, y };
        })`);
    const areStacked = `(() => {
        const chart = document.querySelector('.chart');
        const [one, two] = [...chart.querySelectorAll('.xtitle, .x2title')].map((t) => t.getBoundingClientRect().y);
        return Math.abs(one - two) > 100;
      })()`;
    const [left, right] = await places();
    expect(left?.y).toBeCloseTo(right?.y ?? 0, 0);
    await page.setViewportSize({ width: 390, height: 900 });
    await expect.poll(() => page.evaluate(areStacked), patience).toBe(true);
    await page.setViewportSize({ width: 1240, height: 900 });
    await expect.poll(() => page.evaluate(areStacked), patience).toBe(false);
    expect(await overlappingTexts(page)).toEqual([]);
    await page.close();
  });

  it('shows the answers to prompts of the chosen language, by mouse and by keyboard', async () => {
    const { page, problems } = await open('light');
    const shown = (): Promise<string[]> =>
      page.evaluate(`[...document.querySelectorAll('details[data-language]')]
          .filter((fold) => fold.getBoundingClientRect().height > 0).map((fold) => fold.dataset.language)`);
    expect(await shown()).toEqual(['en', 'zh', 'en']);
    await page.getByLabel('Chinese').check();
    expect(await shown()).toEqual(['zh']);
    await page.getByLabel('Chinese').press('ArrowUp');
    expect(await shown()).toEqual(['en', 'en']);
    await page.getByLabel('English').press('ArrowUp');
    expect(await shown()).toEqual(['en', 'zh', 'en']);
    expect(problems).toEqual([]);
    await page.close();
  });
});

/** For what happens soon, on a machine that is busy. */
const patience = { timeout: 20_000 };

/** In the browser: the colour of the first tick. */
const tickColour = "getComputedStyle(document.querySelector('.xtick text')).fill";
