/** Pictures of the main charts for the README, from the committed notebooks' outputs: `npm run screenshots` (needs Chromium). */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** Of each picture: the notebook, and what the chart's description says. */
const pictures = {
  'wins.png': ['05-dpo-beside-ppo', 'wins − losses'],
  'score-length.png': ['03-reward-model', 'score against response length'],
  'forgetting.png': ['06-forgetting', 'share passed against step'],
  'frontier.png': ['07-evaluation', '√KL to the SFT model'],
};
const width = 900;
const largest = 150_000;

const docs = dirname(fileURLToPath(import.meta.url));
const executablePath = process.env['RLHF_KIT_CHROMIUM'] ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) fail(`no ${executablePath}; RLHF_KIT_CHROMIUM names another Chromium`);

const pages = mkdtempSync(join(tmpdir(), 'rlhf-kit-screenshots-'));
try {
  const program = join(docs, '..', 'bin', 'rlhf-kit.js');
  const notebooks = join(docs, '..', 'notebooks');
  execFileSync(process.execPath, [program, 'notebooks', 'html', notebooks, '--out', pages], {
    stdio: 'ignore',
  });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const [file, [notebook, description]] of Object.entries(pictures)) {
    const page = await browser.newPage({ viewport: { width, height: 700 }, colorScheme: 'light' });
    await page.goto(pathToFileURL(join(pages, `${notebook}.html`)).href);
    const chart = page.locator(`.chart[aria-label*="${description}"]`).first();
    if ((await chart.count()) === 0) fail(`notebooks/${notebook}.ipynb has no chart '${description}'`);
    await chart.locator('.main-svg').first().waitFor();
    await page.evaluate('document.fonts.ready');
    const path = join(docs, file);
    await chart.screenshot({ path, animations: 'disabled' });
    const { size } = statSync(path);
    if (size > largest) fail(`docs/${file} has ${size} bytes; at most ${largest} are wanted`);
    process.stderr.write(`docs/${file}: ${size} bytes\n`);
    await page.close();
  }
  await browser.close();
} finally {
  rmSync(pages, { recursive: true });
}

function fail(message) {
  throw new Error(`screenshots: ${message}`);
}
