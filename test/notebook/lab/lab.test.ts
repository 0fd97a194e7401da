/** `rlhf-kit lab` as a person uses it: in a browser, from the first page to Ctrl-C. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../../lib/backend';
import { labEnvironment } from '../../../lib/notebook/lab/environment';
import { readNotebook, writeNotebook } from '../../../lib/notebook/runner/notebook-file';
import { setParameters } from '../../../lib/notebook/runner/parameters';
import { coloursOf, noBrowser, startBrowser, watch } from '../../support/chromium';
import { engines } from '../../support/engines';
import { code, saveNotebook } from '../../support/notebooks';
import { childrenOf, isAlive, runProgram, startProgram, until, type Running } from '../../support/processes';

const environment = installed();
const missing =
  noBrowser ?? (environment === undefined ? 'JupyterLab is not there; rlhf-kit setup jupyter' : undefined);

/** The environment that is there already; the test itself installs nothing. */
function installed(): string | undefined {
  try {
    const { directory } = labEnvironment();
    return existsSync(directory) ? directory : undefined;
  } catch {
    return undefined;
  }
}

describe.skipIf(missing)(`rlhf-kit lab in Chromium${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let folder: string;
  let browser: Browser;
  let proxy: Server;
  let env: NodeJS.ProcessEnv;
  const asked: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-lab-test-'));
    for (const name of ['home', 'notebooks', 'cache/jupyterlab'])
      mkdirSync(join(folder, name), { recursive: true });
    // A cache of its own, that has the environment: what Lab remembers must not come into the reader's.
    symlinkSync(environment as string, join(folder, 'cache', 'jupyterlab', basename(environment as string)));
    // Its engine too, where that is kept in a cache.
    const plugin = join(cacheDirectory(), 'xla');
    if (existsSync(plugin)) symlinkSync(plugin, join(folder, 'cache', 'xla'));
    // The first notebook at its small size, and then what every notebook may show.
    const quickstart = readNotebook(join(__dirname, '../../../notebooks/00-quickstart.ipynb'));
    setParameters(quickstart, { size: 'smoke' });
    saveNotebook(
      join(folder, 'notebooks', '00-test.ipynb'),
      ...quickstart.cells,
      code("kit.show([{ task: 'arithmetic', score: 1.5 }]);"),
      code(
        "const bar = kit.progress('working', 4);\nfor (let i = 1; i <= 4; i++) bar.update(i);\nbar.stop();",
      ),
      code('console.log(process.pid);'),
    );
    // Whoever asks the network is heard here.
    proxy = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(502).end();
    });
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end();
    });
    await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    env = {
      ...{
        HOME: join(folder, 'home'),
        RLHF_KIT_CACHE: join(folder, 'cache'),
        RLHF_KIT_ENGINE: engines[0],
        RLHF_KIT_PROGRESS: '',
      },
      ...{ http_proxy: address, https_proxy: address, HTTP_PROXY: address, HTTPS_PROXY: address },
      ...{ no_proxy: '127.0.0.1,localhost', NO_PROXY: '127.0.0.1,localhost' },
      ...{ XDG_CACHE_HOME: '', XDG_DATA_HOME: '', JUPYTER_DATA_DIR: '' },
    };
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    proxy?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const labs: Running[] = [];
  afterEach(async () => {
    // Those of tests that failed.
    for (const { child, done } of labs.splice(0)) {
      child.kill('SIGINT');
      await done;
    }
  });

  const start = async (): Promise<{ lab: Running; url: string; server: number }> => {
    const lab = startProgram(['lab', '--no-browser', join(folder, 'notebooks')], env);
    labs.push(lab);
    await until(() => lab.said().stdout.includes('\n') || lab.child.exitCode !== null, 'Lab starts', 120_000);
    const { url, pid } = JSON.parse(lab.said().stdout) as { url: string; pid: number };
    return { lab, url, server: pid };
  };

  /** Opens the first notebook, whose kernel then stands by. */
  const open = async (url: string) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    const watched = watch(page);
    await page.goto(url);
    await page.waitForSelector('.jp-Notebook .jp-CodeCell', { timeout: 60_000 });
    await page.getByText('rlhf-kit (TypeScript) | Idle').waitFor({ timeout: 60_000 });
    return { page, ...watched };
  };

  const runAll = async (page: Page): Promise<void> => {
    await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Run$/ }).click();
    await page.locator('.lm-Menu-itemLabel', { hasText: /^Run All Cells$/ }).click();
    await page.waitForFunction(
      "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].every((e) => /\\[\\d+\\]/.test(e.textContent))",
      undefined,
      { timeout: 300_000 },
    );
  };

  it('opens a notebook and runs it to its end; Ctrl-C leaves no process', async () => {
    const { lab, url, server } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/lab\/tree\/00-test\.ipynb\?token=[0-9a-f]{48}$/);
    const { page, requests, problems } = await open(url);
    await runAll(page);
    await page.waitForFunction("document.querySelectorAll('.js-plotly-plot .bars path').length > 0");
    // Charts below the window are drawn too.
    expect(await page.locator('.js-plotly-plot').count()).toBe(2);
    expect(await coloursOf(page, '.js-plotly-plot')).toBeGreaterThan(20);
    expect(await page.locator('.jp-RenderedHTML td').allInnerTexts()).toEqual(
      expect.arrayContaining(['arithmetic', '1.50']) as string[],
    );
    expect(await page.locator('.jp-RenderedHTML progress').last().getAttribute('value')).toBe('4');
    expect(await page.locator('[data-mime-type*="error"], [data-mime-type*="stderr"]').count()).toBe(0);
    expect(await page.locator('.jp-Dialog').count()).toBe(0);
    const kernel = Number(await page.locator('.jp-CodeCell').last().locator('pre').last().innerText());
    expect(childrenOf(server)).toContain(kernel);
    // What Jupyter saves, the runner would write: no commit moves lines about.
    await page.keyboard.press('Control+s');
    const file = join(folder, 'notebooks', '00-test.ipynb');
    await until(() => readFileSync(file, 'utf8').includes('"execution_count": 10'), 'the notebook is saved');
    const copy = join(folder, 'copy.ipynb');
    writeNotebook(copy, readNotebook(file));
    expect(readFileSync(copy, 'utf8')).toBe(readFileSync(file, 'utf8'));
    expect(problems).toEqual([]);
    expect(requests).toEqual([]);
    expect(asked).toEqual([]);
    await page.close();

    lab.child.kill('SIGINT');
    const { code: status, stderr } = await lab.done;
    expect(status).toBe(0);
    expect(stderr).toContain('lab: stopping JupyterLab and its kernels');
    await until(() => !isAlive(server) && !isAlive(kernel), 'server and kernel end', 15_000);
    // Settings, history and the like lie in the kit's cache.
    expect(readdirSync(join(folder, 'home'))).toEqual([]);
  }, 420_000);

  it('leaves no process when it is killed, and none of its kernels', async () => {
    const { lab, url, server } = await start();
    const { page } = await open(url);
    const kernels = childrenOf(server);
    expect(kernels).toHaveLength(1);
    lab.child.kill('SIGKILL');
    await until(() => ![server, ...kernels].some(isAlive), 'server and kernel end', 20_000);
    await page.close();
  }, 240_000);

  it('says when its port is taken', async () => {
    const other = createSocketServer();
    await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready));
    const { port } = other.address() as AddressInfo;
    const { code: status, stderr } = await runProgram(
      ['lab', '--port', `${port}`, join(folder, 'notebooks')],
      env,
    );
    other.close();
    expect(status).toBe(2);
    expect(stderr).toContain(`rlhf-kit: lab: port ${port} is taken; without --port a free one is found`);
  });
});

describe('rlhf-kit lab', () => {
  it('says that there is no such folder, when that of the notebooks was renamed', async () => {
    const { code: status, stderr } = await runProgram(['lab'], {}, tmpdir());
    expect(status).toBe(2);
    expect(stderr).toBe(
      'rlhf-kit: lab: no such folder: notebooks; expected rlhf-kit lab <folder with notebooks>\n',
    );
  });

  it('says that it needs Python with pip where there is none', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'rlhf-kit-no-python-'));
    const { code: status, stderr } = await runProgram(['lab', empty], { PATH: empty, RLHF_KIT_CACHE: empty });
    rmSync(empty, { recursive: true });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^rlhf-kit: [^\n]*python3 or python \(with pip, which downloads JupyterLab\); none can be run\n$/,
    );
  });
});
