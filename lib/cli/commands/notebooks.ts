/** `rlhf-kit notebooks`: runs notebooks without Jupyter, and makes pages of them. */
import { basename, join } from 'node:path';
import { FailedCheckError, InputError } from '../../errors';
import type { FieldTable } from '../../config';
import { engineNames, defaultEngine } from '../../backend';
import { writeFileAtomically } from '../../files';
import { renderNotebook } from '../../notebook/html/page';
import { findNotebooks, readNotebook } from '../../notebook/runner/notebook-file';
import { parseParameters } from '../../notebook/runner/parameters';
import { runNotebooks } from '../../notebook/runner/runner';
import { defineCommand } from '../command';

interface NotebooksConfig {
  readonly action: 'run' | 'html';
  readonly files?: readonly string[];
  readonly check: boolean;
  readonly param?: readonly string[];
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly out?: string;
  readonly engine?: string;
}

const fields: FieldTable<NotebooksConfig> = {
  action: {
    doc: 'run: run every cell and write the outputs back (a notebook that fails stays as it is); html: one page a notebook, with live charts, that works offline',
    type: ['run', 'html'],
  },
  files: {
    doc: 'notebooks, or folders of them; absent: those in notebooks/',
    type: 'strings',
    optional: true,
  },
  check: {
    doc: 'run: write nothing; fail where a cell shows other kinds of things than its committed outputs, or, tagged check, other text',
    type: 'boolean',
    default: false,
  },
  param: {
    doc: 'run: name=json, e.g. size=\'"smoke"\', for a constant of a cell tagged parameters; may be repeated',
    type: 'strings',
    optional: true,
  },
  timeout: {
    doc: 'run: longest time of a cell',
    type: 'number',
    unit: 'seconds',
    min: 0,
    exclusiveMin: true,
    default: 600,
    source: 'ours',
  },
  totalTimeout: {
    doc: 'run: longest time of a notebook',
    type: 'number',
    unit: 'seconds',
    min: 0,
    exclusiveMin: true,
    default: 1800,
    source: 'ours',
  },
  out: {
    doc: 'folder for the results; absent: run writes into the notebooks themselves, html into runs/notebooks/html',
    type: 'path',
    optional: true,
  },
  engine: {
    doc: `run: what computes from the first cell on; absent: RLHF_KIT_ENGINE, else ${defaultEngine}`,
    type: engineNames,
    optional: true,
  },
};

export const notebooksCommand = defineCommand<NotebooksConfig>({
  name: 'notebooks',
  summary: 'notebooks without Jupyter: rlhf-kit notebooks run [--check] [files] | html [files]',
  fields,
  positionals: ['action', 'files'],
  run: (config) => (config.action === 'run' ? run(config) : Promise.resolve(exportPages(config))),
});

async function run(config: Readonly<NotebooksConfig>): Promise<unknown> {
  const { files = [], check, param = [], timeout, totalTimeout, out, engine } = config;
  if (check && out !== undefined)
    throw new InputError('notebooks run: --check writes nothing; leave --out or --check away');
  const notebooks = await runNotebooks(findNotebooks(files, 'notebooks run'), {
    check,
    parameters: parseParameters(param, 'notebooks run'),
    timeout,
    totalTimeout,
    out,
    engine,
    say,
  });
  const passed = notebooks.filter((notebook) => notebook.passed).length;
  const failed = notebooks.length - passed;
  const result = { command: 'notebooks run', passed, failed, notebooks };
  const summary = `${passed} passed, ${failed} failed`;
  if (failed > 0) throw new FailedCheckError(summary, result);
  say(summary);
  return result;
}

function exportPages({
  files = [],
  out = join('runs', 'notebooks', 'html'),
}: Readonly<NotebooksConfig>): unknown {
  // All are read before anything is written.
  const notebooks = findNotebooks(files, 'notebooks html').map((file) => ({
    name: basename(file, '.ipynb'),
    notebook: readNotebook(file),
  }));
  const pages = notebooks.map(({ name, notebook }) => {
    const page = join(out, `${name}.html`);
    writeFileAtomically(page, renderNotebook(notebook, name));
    say(page);
    return page;
  });
  return { command: 'notebooks html', pages };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
