/** What every notebook must be like; that they run is the runner's to check. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTypeScript } from '../../lib/notebook/kernel/tslab';
import { parameterNames } from '../../lib/notebook/runner/parameters';
import {
  readNotebook,
  tagsOf,
  textOf,
  type Cell,
  type Output,
} from '../../lib/notebook/runner/notebook-file';

const folder = join(__dirname, '..', '..', 'notebooks');
const files = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));

const plotly = 'application/vnd.plotly.v1+json';
interface Chart {
  readonly data: readonly Record<string, unknown>[];
  readonly layout: Readonly<Record<string, unknown>>;
}
interface Axis {
  readonly type?: string;
  readonly visible?: boolean;
  readonly showticklabels?: boolean;
  readonly title?: { readonly text?: string };
}

const chartsOf = (outputs: readonly Output[]): Chart[] =>
  outputs.flatMap((output) =>
    'data' in output && plotly in output.data ? [output.data[plotly] as Chart] : [],
  );

it('finds the ten notebooks', () => {
  expect(files).toEqual([
    '00-quickstart.ipynb',
    '01-preference-data.ipynb',
    '02-sft.ipynb',
    '03-reward-model.ipynb',
    '04-ppo.ipynb',
    '05-dpo-beside-ppo.ipynb',
    '06-forgetting.ipynb',
    '07-evaluation.ipynb',
    '08-bring-your-own.ipynb',
    '09-ablations.ipynb',
  ]);
});

describe.each(files)('%s', (name) => {
  const path = join(folder, name);
  const notebook = readNotebook(path);
  const code = notebook.cells.filter(({ cell_type }) => cell_type === 'code');
  const texts = notebook.cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map(({ source }) => textOf(source));
  const tagged = (tag: string): Cell[] => code.filter((cell) => tagsOf(cell).includes(tag));
  const outputs = code.flatMap((cell) => cell.outputs ?? []);

  it('has at most 15 cells, begins with what will be seen, and ends with what was learned and where in the paper', () => {
    expect(notebook.cells.length).toBeLessThanOrEqual(15);
    expect(texts[0]).toMatch(new RegExp(`^# ${name.slice(0, 2)} .+\n\nYou will see .+\\.\n`));
    expect(textOf(notebook.cells.at(-1)?.source ?? '')).toMatch(
      /^## What was learned\n[\s\S]*arXiv 2404\.00934/,
    );
  });

  it('takes its size and its knob from the first code cell, and has one cell to try the knob', () => {
    expect(tagsOf(code[0] as Cell)).toEqual(['parameters']);
    expect(textOf(code[0]?.source ?? '')).toContain("const size: 'default' | 'smoke' = 'default';");
    const knob = parameterNames(notebook).at(-1) as string;
    expect(tagged('try-this')).toHaveLength(1);
    expect(textOf(tagged('try-this')[0]?.source ?? '')).toMatch(new RegExp(`\\b${knob}\\b`));
    expect(texts.filter((text) => text.includes('## Try this') && text.includes(`\`${knob}\``))).toHaveLength(
      1,
    );
    expect(chartsOf(tagged('try-this')[0]?.outputs ?? []).length).toBeGreaterThan(0);
  });

  it('was run from its first cell to its last, without an error, a warning or anything on stderr', () => {
    expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, i) => i + 1));
    for (const output of outputs) {
      expect(output.output_type).not.toBe('error');
      if (output.output_type === 'stream') expect(output.name).toBe('stdout');
    }
    expect(chartsOf(outputs).length).toBeGreaterThanOrEqual(2);
  });

  it('names no place of the machine it was run on', () => {
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/(?:^|["'\s(])(?:\/home\/|\/root\/|\/work\/|\/tmp\/|\/Users\/|[A-Z]:\\\\)/);
    expect(text).not.toContain(process.cwd());
  });

  it('has charts whose number axes have titles', () => {
    for (const { data, layout } of chartsOf(outputs)) {
      expect(data.length).toBeGreaterThan(0);
      const axes = Object.entries(layout).filter(([key]) => /^[xy]axis\d*$/.test(key)) as [string, Axis][];
      const isNamed = (axis: Axis): boolean =>
        axis.type === 'category' ||
        axis.visible === false ||
        // It has no numbers: the panel beside it has its names.
        axis.showticklabels === false ||
        (axis.title?.text ?? '') !== '';
      // Where categories are the names of policies the axis says so by itself.
      const named = axes.filter(([key, axis]) => isNamed(axis) || isNamesOnly(key, data));
      expect(named.map(([key]) => key)).toEqual(axes.map(([key]) => key));
    }
  });

  it('leaves the work to the library: no function in a cell has more than five lines', () => {
    const ts = loadTypeScript() as unknown as TypeScriptTree;
    for (const cell of code) {
      const source = textOf(cell.source);
      const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest);
      const visit = (node: TreeNode): void => {
        if (ts.isFunctionLike(node)) {
          const lines = source.slice(node.getStart(file), node.end).split('\n').length;
          expect(lines, source.slice(node.getStart(file), node.end)).toBeLessThanOrEqual(5);
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
    }
  });
});

interface TreeNode {
  getStart(source: TreeNode): number;
  readonly end: number;
}
interface TypeScriptTree {
  readonly ScriptTarget: { readonly Latest: number };
  createSourceFile(name: string, text: string, target: number): TreeNode;
  isFunctionLike(node: TreeNode): boolean;
  forEachChild(node: TreeNode, visit: (child: TreeNode) => void): void;
}

/** Whether an axis holds nothing but names, e.g. of policies. */
function isNamesOnly(key: string, data: Chart['data']): boolean {
  const letter = key[0] as 'x' | 'y';
  const values = data.flatMap((trace) => [trace[letter], trace[`${letter}0`]].flat());
  return values.every((value) => value === undefined || typeof value === 'string');
}

it('danfo frames, arquero tables and Plotly charts are all used', () => {
  const sources = files.map((name) =>
    readNotebook(join(folder, name))
      .cells.map(({ source }) => textOf(source))
      .join('\n'),
  );
  for (const use of ['toDanfo(', '.groupby([', 'toArquero(', '.rollup(', 'kit.plot('])
    expect(sources.some((source) => source.includes(use))).toBe(true);
});
