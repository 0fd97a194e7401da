/** Charts as static SVG, drawn by Plotly in Chromium: for pages that run no script, such as a README. */
import { existsSync } from 'node:fs';
import { fontFamily, plotlyTemplate, type Chart } from '../../evaluation/report/theme';

/** Pixels; the height is the chart's own. */
const width = 900;

export interface Drawn {
  /** In the order of the charts. */
  readonly svg: readonly string[];
}

/** Why nothing was drawn, in a sentence. */
export interface NotDrawn {
  readonly missing: string;
}

/**
 * Draws charts on white ground, with the text as text. The same charts give the same SVG on the same machine; on another one
 * its fonts decide how wide words are.
 *
 * Chromium is `RLHF_KIT_CHROMIUM`, else `/usr/bin/chromium`; nothing is asked of the network.
 */
export async function drawSvg(charts: readonly Chart[]): Promise<Drawn | NotDrawn> {
  const executablePath = process.env['RLHF_KIT_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    return {
      missing: `no static charts: there is no Chromium at ${executablePath} (RLHF_KIT_CHROMIUM names another one)`,
    };
  }
  // Only here: most of the kit never needs a browser.
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.setContent('<!doctype html><title>charts</title>');
    await page.evaluate(seededRandom);
    await page.addScriptTag({ path: require.resolve('plotly.js-dist-min/plotly.min.js') });
    const svg: string[] = [];
    for (const { data, layout } of charts) {
      const chart = { data, layout: { ...layout, ...ground } };
      const height = Number(layout['height'] ?? 450);
      const uri = await page.evaluate<string>(
        `Plotly.toImage(${JSON.stringify(chart)}, { format: 'svg', width: ${width}, height: ${height} })`,
      );
      svg.push(tidy(decodeURIComponent(uri.slice(uri.indexOf(',') + 1))));
    }
    return { svg };
  } finally {
    await browser.close();
  }
}

const ground = { template: plotlyTemplate('light'), paper_bgcolor: '#ffffff', plot_bgcolor: '#ffffff' };

/** Plotly names its clip paths at random: here by the same numbers every time. */
const seededRandom = `(() => {
  let state = 1;
  Math.random = () => (state = (48271 * state) % 2147483647) / 2147483647;
})()`;

/** What the whole picture may say once, and what is so anyway. */
const repeated = [
  / ?font-family: [^;]*;/g,
  / ?(?:fill-opacity: 1|white-space: pre|(?<!-)opacity: 1);/g,
  / style="\s*"/g,
];
const places = / (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"/g;

/** Without what no reader sees: places for the pointer, empty groups, digits of less than a tenth of a pixel. Texts stay as they are. */
function tidy(svg: string): string {
  let short = svg.replace(/<[^>]+>/g, (tag) => {
    if (/class="[^"]*drag/.test(tag) && tag.endsWith('/>')) return '';
    return repeated
      .reduce((rest, superfluous) => rest.replace(superfluous, ''), tag)
      .replace(/ ?stroke-width: 0px;/, (width) => (/[ "]stroke:/.test(tag) ? width : ''))
      .replace(places, (place) => place.replace(/(\d\.\d)\d+/g, '$1'))
      .replace(/rgb\((\d+), (\d+), (\d+)\)/g, (_, ...channels: string[]) => hex(channels.slice(0, 3)));
  });
  for (let before = ''; before !== short;) {
    before = short;
    short = short.replace(/<g [^>]*\/>|<g(?: [^>]*)?><\/g>/g, '');
  }
  return `${short.replace('<svg ', `<svg font-family="${fontFamily}" `)}\n`;
}

function hex(channels: readonly string[]): string {
  return `#${channels.map((channel) => Number(channel).toString(16).padStart(2, '0')).join('')}`;
}
