/** The browser that pages are tested in. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const executablePath = process.env['RLHF_KIT_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why tests in a browser are skipped; undefined when there is one. */
export const noBrowser = existsSync(executablePath) ? undefined : `no ${executablePath}`;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** What a page does that it should not. */
export interface Watched {
  /** Requests that leave the machine, or, of a file, all. */
  readonly requests: string[];
  /** Errors and warnings. */
  readonly problems: string[];
}

export function watch(page: Page): Watched {
  const watched: Watched = { requests: [], problems: [] };
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const stays = ['file:', 'data:', 'blob:'].includes(protocol) || hostname === '127.0.0.1';
    if (!stays) watched.requests.push(request.url());
  });
  page.on('pageerror', (error) => watched.problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') watched.problems.push(message.text());
  });
  return watched;
}

/** How many different colours a part of the page has: a blank one has a few. */
export async function coloursOf(page: Page, selector: string): Promise<number> {
  const png = (await page.locator(selector).first().screenshot()).toString('base64');
  return page.evaluate<number>(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png}';
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`);
}
