import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPin } from '../invariant/pins';
import { runs } from '../invariant/runs';

const path = join(__dirname, '../../docs/details-that-matter.md');
const page = (): string => readFileSync(path, 'utf8');

/** A link to a line: `code` must stand on it. */
interface Link {
  readonly code: string;
  readonly file: string;
  readonly line: number;
}

const linkPattern = /\[`([^`]+)`\]\((\.\.\/[^)#]+)#L(\d+)\)/g;

function links(text: string): Link[] {
  return [...text.matchAll(linkPattern)].map(([, code = '', file = '', line]) => ({
    code,
    file,
    line: Number(line),
  }));
}

const linesOf = (file: string): string[] => readFileSync(join(dirname(path), file), 'utf8').split('\n');

/** Writes the line numbers that are right into the page. */
function mendLinks(text: string): string {
  return text.replace(linkPattern, (link, code: string, file: string, line: string) => {
    const lines = linesOf(file);
    if (lines[Number(line) - 1]?.includes(code)) return link;
    const found = lines.findIndex((one) => one.includes(code));
    return found < 0 ? link : link.replace(`#L${line}`, `#L${found + 1}`);
  });
}

describe('docs/details-that-matter.md', () => {
  if (process.env['RLHF_KIT_LINKS'] === 'mend') writeFileSync(path, mendLinks(page()));
  const details = page().split('\n## Metrics')[0] as string;

  it('has twenty details, each with a link to a line', () => {
    const items = details.split(/\n(?=\d+\. )/).slice(1);
    expect(items.map((item) => Number(/^\d+/.exec(item)?.[0]))).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    for (const item of items) expect(links(item).length, item.slice(0, 60)).toBeGreaterThan(0);
  });

  it('links to lines that have what is linked (RLHF_KIT_LINKS=mend writes line numbers that moved)', () => {
    const broken = links(page()).filter(({ code, file, line }) => !linesOf(file)[line - 1]?.includes(code));
    const where = ({ code, file }: Link) => linesOf(file).findIndex((one) => one.includes(code)) + 1;
    expect(broken.map((link) => ({ ...link, isOnLine: where(link) }))).toEqual([]);
  });
});

/** Names in the first column of the tables of metrics. */
const defined = [...(page().split('\n## Metrics')[1] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(
  ([, name]) => name as string,
);
/** Logged by the pipeline, not by a trainer. */
const ofThePipeline = ['probes/<task>'];

describe('its metrics', () => {
  const matches = (definition: string, logged: string): boolean =>
    new RegExp(`^${definition.replace(/<\w+>/g, '[^/]+')}$`).test(logged.replace(/^eval_/, ''));
  const logged = [
    ...new Set(Object.keys(runs).flatMap((name) => readPin(name).rows.flatMap((row) => Object.keys(row)))),
  ];

  it('define every metric that a trainer logs exactly once', () => {
    expect(logged.length).toBeGreaterThan(60);
    const wrong = logged.filter((name) => defined.filter((one) => matches(one, name)).length !== 1);
    expect(wrong).toEqual([]);
  });

  it('define nothing that is not logged', () => {
    const unlogged = defined.filter((one) => !logged.some((name) => matches(one, name)));
    expect(unlogged).toEqual(ofThePipeline);
  });
});
