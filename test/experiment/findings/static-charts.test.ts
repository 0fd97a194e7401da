import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { experimentCharts } from '../../../lib/experiment/findings/charts/experiment-charts';
import { drawSvg } from '../../../lib/experiment/findings/static-charts';
import { noBrowser, startBrowser, watch } from '../../support/chromium';
import { sampleExperiment } from '../sample-experiment';

const charts = experimentCharts(sampleExperiment()).map(({ chart }) => chart);

describe('drawSvg without a browser', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('says so in a sentence', async () => {
    vi.stubEnv('RLHF_KIT_CHROMIUM', '/nowhere/chromium');
    expect(await drawSvg(charts)).toEqual({
      missing:
        'no static charts: there is no Chromium at /nowhere/chromium (RLHF_KIT_CHROMIUM names another one)',
    });
  });
});

describe.skipIf(noBrowser !== undefined)(
  `drawSvg${noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`}`,
  () => {
    let browser: Browser;
    let svg: readonly string[];
    beforeAll(async () => {
      browser = await startBrowser();
      const drawn = await drawSvg(charts);
      svg = 'svg' in drawn ? drawn.svg : [];
    });
    afterAll(() => browser.close());

    it('gives every chart as SVG of at most 60 kB, the same every time', async () => {
      expect(svg).toHaveLength(3);
      for (const one of svg) {
        expect(one).toMatch(/^<svg .*<\/svg>\n$/s);
        expect(one.length).toBeLessThan(60_000);
      }
      expect(await drawSvg(charts)).toEqual({ svg });
    });

    it('keeps texts as they are and refers to nothing outside', () => {
      expect(svg[0]).toContain('>reward.goldAccuracy<');
      // Two decimals of a tick: attributes alone are shortened.
      expect(svg[0]).toMatch(/>0\.\d\d</);
      for (const one of svg) {
        expect(one.replaceAll(/xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(/https?:/);
        expect(one).not.toContain('<script');
      }
    });

    it('shows marks and texts of which none lies on another, on white ground', async () => {
      const page = await browser.newPage({ viewport: { width: 1000, height: 800 }, colorScheme: 'dark' });
      const watched = watch(page);
      for (const one of svg) {
        await page.setContent(`<!doctype html><body style="margin:0;background:#000">${one}`);
        const { boxes, marks, ground, width } = await page.evaluate<{
          boxes: { text: string; left: number; right: number; top: number; bottom: number }[];
          marks: number;
          ground: string;
          width: number;
        }>(`(() => {
          const boxes = [...document.querySelectorAll('text')]
            .filter((element) => element.textContent.trim() !== '')
            .map((element) => {
              const { left, right, top, bottom } = element.getBoundingClientRect();
              return { text: element.textContent, left, right, top, bottom };
            });
          const svg = document.querySelector('svg');
          return {
            boxes,
            marks: document.querySelectorAll('path.point').length,
            ground: getComputedStyle(document.querySelector('svg > rect')).fill,
            width: svg.getBoundingClientRect().width,
          };
        })()`);
        expect(marks).toBeGreaterThan(20);
        expect(ground).toBe('rgb(255, 255, 255)');
        expect(boxes.length).toBeGreaterThan(15);
        for (const box of boxes) {
          expect(box.left, box.text).toBeGreaterThanOrEqual(0);
          expect(box.right, box.text).toBeLessThanOrEqual(width);
        }
        const overlapping = boxes.flatMap((a, i) =>
          boxes
            .slice(i + 1)
            .filter(
              (b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom,
            )
            .map((b) => `${a.text} / ${b.text}`),
        );
        expect(overlapping).toEqual([]);
      }
      expect(watched).toEqual({ requests: [], problems: [] });
      await page.close();
    });
  },
);
