/** Exported notebooks in a browser: charts are drawn in both colour schemes, nothing is fetched, nothing foreign runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderIndex } from '../../../lib/notebook/html/index-page';
import { renderNotebook } from '../../../lib/notebook/html/page';
import { panelChart } from '../../../lib/evaluation/report/charts/panels';
import type { Output } from '../../../lib/notebook/runner/notebook-file';
import { coloursOf, noBrowser, startBrowser, watch } from '../../support/chromium';
import { cutElements, cutTexts, overlappingTexts } from '../../support/layout';
import { code, markdown, notebookOf, saveNotebook } from '../../support/notebooks';
import { runProgram } from '../../support/processes';

const shown = (data: Record<string, unknown>): Output => ({
  output_type: 'display_data',
  data,
  metadata: {},
});
const printed = (text: string): Output => ({ output_type: 'stream', name: 'stdout', text });
const chart = shown({
  'application/vnd.plotly.v1+json': {
    data: [{ type: 'bar', x: ['sft', 'dpo'], y: [1, 2] }],
    layout: { xaxis: { title: { text: 'policy' } }, yaxis: { title: { text: 'score' } } },
  },
  'text/plain': 'Chart: score by policy',
});
const table = shown({ 'text/html': '<table><tr><th>task</th></tr><tr><td>arithmetic</td></tr></table>' });
const notebook = notebookOf(
  markdown(
    '# Rewards & penalties\n\nSee [the next](01-next.ipynb#top) and `code`.\n\n| a | b |\n|---|---|\n| 1 | 2 |',
  ),
  code('// comment\nconst name: string = `a ${1 + 2} b`;\nplot(chart)', [], [chart, table]),
  code('print()', [], [printed(Array.from({ length: 40 }, (_, i) => `line ${i + 1}`).join('\n'))]),
);

describe('renderNotebook', () => {
  it('makes text of whatever comes from a notebook', () => {
    const page = renderNotebook(
      notebookOf(
        markdown(
          '<script>window.hacked = 1</script>\n\n[x](javascript:alert(1)) ![y](https://example.org/y.png) [z](https://example.org)',
        ),
        code("'</script><b>'", [], [printed('<b>bold</b> \u001b[31mred\u001b[0m')]),
      ),
      'a<b',
    );
    expect(page).toContain('&lt;script&gt;window.hacked = 1&lt;/script&gt;');
    // No link that runs something, no picture that is fetched; a link to a page is one.
    expect(page).toContain('<p>x y <a href="https://example.org">z</a></p>');
    expect(page).toContain('&lt;b&gt;bold&lt;/b&gt; red');
    expect(page).toContain('<title>a&lt;b</title>');
  });

  it('brings no charting library where there is no chart', () => {
    expect(renderNotebook(notebookOf(code('1')), 'small').length).toBeLessThan(20_000);
  });

  it('sets subscripts, and no other markup of a text', () => {
    const page = renderNotebook(notebookOf(markdown('r<sub>w</sub>² and <sub onclick="x()">z</sub>')), 'n');
    expect(page).toContain('<p>r<sub>w</sub>² and &lt;sub onclick=&quot;x()&quot;&gt;z</sub></p>');
  });

  it('folds what is long, and colours code', () => {
    const page = renderNotebook(notebook, 'n');
    expect(page).toContain('<summary>26 more lines</summary>');
    expect(page).toContain('<span class="keyword">const</span>');
    expect(page).toContain('<span class="comment">// comment</span>');
    expect(page).toContain('href="01-next.html#top"');
  });
});

describe('renderIndex', () => {
  it('lists notebooks with their titles and first sentences, as text', () => {
    const page = renderIndex([
      {
        name: '01 a',
        notebook: notebookOf(markdown('# Rewards <b>\n\nYou will see *one*, 2.5 of it. And more.')),
      },
      { name: '02-b', notebook: notebookOf(code('1')) },
    ]);
    expect(page).toContain('<a href="01%20a.html">Rewards &lt;b&gt;</a>');
    expect(page).toContain('<p>You will see <em>one</em>, 2.5 of it.</p>');
    expect(page).toContain('<a href="02-b.html">02-b</a>');
    expect(page).not.toContain('<script');
  });
});

describe('rlhf-kit notebooks html', () => {
  it('writes a page a notebook, and nothing when one cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-html-'));
    try {
      const good = saveNotebook(join(folder, 'good.ipynb'), markdown('# Good'));
      const out = join(folder, 'pages');
      const { code: status, stdout } = await runProgram(['notebooks', 'html', good, '--out', out]);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toEqual({
        command: 'notebooks html',
        index: join(out, 'index.html'),
        pages: [join(out, 'good.html')],
      });
      expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('<a href="good.html">Good</a>');
      const index = saveNotebook(join(folder, 'index.ipynb'), markdown('# Mine'));
      const refused = await runProgram(['notebooks', 'html', index, '--out', out]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('rename index.ipynb');
      rmSync(index);
      writeFileSync(join(folder, 'bad.ipynb'), '[]');
      const bad = await runProgram(['notebooks', 'html', folder, '--out', join(folder, 'other')]);
      expect(bad.code).toBe(2);
      expect(bad.stderr).toContain("bad.ipynb: not a notebook (expected a JSON object with 'cells')");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(noBrowser)(
  `an exported notebook in Chromium${noBrowser ? ` (skipped: ${noBrowser})` : ''}`,
  () => {
    let browser: Browser;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-page-'));
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const open = async (
      content: Parameters<typeof renderNotebook>[0],
      colorScheme: 'light' | 'dark' = 'light',
      width = 900,
    ) => {
      const file = join(folder, 'page.html');
      writeFileSync(file, renderNotebook(content, 'page'));
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      const watched = watch(page);
      await page.goto(pathToFileURL(file).href);
      return { page, ...watched };
    };

    it.each(['light', 'dark'] as const)(
      'shows charts, tables and text in the %s scheme, offline',
      async (scheme) => {
        const { page, requests, problems } = await open(notebook, scheme);
        await page.waitForSelector('.js-plotly-plot .main-svg');
        expect(await page.locator('.chart .bars path').count()).toBe(2);
        expect(await coloursOf(page, '.chart')).toBeGreaterThan(20);
        expect(await page.locator('.fragment td').innerText()).toBe('arithmetic');
        expect(await page.locator('.outputs details pre').isVisible()).toBe(false);
        await page.locator('.outputs summary').click();
        expect(await page.locator('.outputs details pre').innerText()).toContain('line 40');
        const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        expect(ground).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 24, 29)');
        const tick = await page.evaluate<string>(
          "getComputedStyle(document.querySelector('.xtick text')).fill",
        );
        expect(tick).toBe(scheme === 'light' ? 'rgb(93, 104, 117)' : 'rgb(162, 173, 185)');
        expect(problems).toEqual([]);
        expect(requests).toEqual([]);
        await page.close();
      },
    );

    it.each([
      [1440, 'dark'],
      [390, 'light'],
    ] as const)('cuts nothing on a screen of %i pixels (%s)', async (width, scheme) => {
      const panel = (title: string) => ({
        title: `${title}: r = 0.46 at equal quality`,
        data: [{ type: 'scatter', x: [1, 50], y: [0, 2] }],
        xaxis: { title: { text: 'response length (tokens)' } },
        yaxis: { title: { text: 'score' } },
      });
      const panels = panelChart([panel('plain'), panel('debiased')], 2);
      const wide = `<div style="overflow-x: auto"><table><tr>${'<td>a&nbsp;wide&nbsp;cell</td>'.repeat(20)}</tr></table></div>`;
      const { page } = await open(
        notebookOf(
          markdown(`| ${'a long head | '.repeat(3)}\n|${'---|'.repeat(3)}\n| ${'cell | '.repeat(3)}`),
          code(
            `const long = ${Array.from({ length: 16 }, (_, i) => `variable${i}`).join(' + ')};`,
            [],
            [shown({ 'application/vnd.plotly.v1+json': panels }), shown({ 'text/html': wide })],
          ),
        ),
        scheme,
        width,
      );
      await page.waitForSelector('.js-plotly-plot .main-svg');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await cutElements(page)).toEqual([]);
      expect(await cutTexts(page)).toEqual([]);
      expect(await overlappingTexts(page)).toEqual([]);
      // What is too wide says that it scrolls, and is reached with the keyboard.
      const scrolling = page.locator('.fragment > [data-scrolls]');
      expect(await scrolling.getAttribute('tabindex')).toBe('0');
      await page.close();
    });

    it('contains foreign markup: nothing in it runs, is fetched, or swallows what follows', async () => {
      let hits = 0;
      const spy = createServer((_, response) => {
        hits++;
        response.end();
      });
      const port = await new Promise<number>((resolve) => {
        spy.listen(0, '127.0.0.1', () => resolve((spy.address() as AddressInfo).port));
      });
      const address = `http://127.0.0.1:${port}`;
      const hostile = `<script>window.hacked = 1</script><img src="x" onerror="window.hacked = 2">
      <img src="${address}/spy.png"><style>@import '${address}/spy.css';</style>
      <a id="link" href="javascript:window.hacked = 3">x</a>
      <iframe srcdoc="<script>parent.hacked = 4</script>"></iframe><iframe src="${address}"></iframe>
      <form action="${address}"><button id="send">send</button><textarea><!--`;
      const { page } = await open(
        notebookOf(code('1', [], [shown({ 'text/html': hostile })]), ...notebook.cells),
      );
      await page.waitForSelector('.js-plotly-plot .main-svg');
      await page.locator('#link').click();
      // Not `click`, which would wait for the answer that never comes.
      await page.evaluate("document.querySelector('#send').click()");
      await page.waitForTimeout(300);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(hits).toBe(0);
      await fetch(address);
      expect(hits).toBe(1);
      spy.close();
      expect(await page.locator('h1').innerText()).toBe('Rewards & penalties');
      await page.close();
    });
  },
);
