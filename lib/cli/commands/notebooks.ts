/** `rlhf-kit notebooks`: runs notebooks without Jupyter, and makes pages of them. */
import { basename, join } from 'node:path';
import { FailedCheckError, InputError } from '../../errors';
import * as field from '../../fields';
import { engineNames, defaultEngine } from '../../backend';
import { writeFileAtomically } from '../../files';
import { renderIndex } from '../../notebook/html/index-page';
import { renderNotebook } from '../../notebook/html/page';
import { findNotebooks, readNotebook } from '../../notebook/runner/notebook-file';
import { parseParameters } from '../../notebook/runner/parameters';
import { runNotebooks } from '../../notebook/runner/runner';
import { defineCommand } from '../command';

const fields = {
  action: field.choice(
    ['run', 'html'],
    'run: run every cell and write the outputs back (a notebook that fails stays as it is); html: one page per notebook, with live charts, that works offline, and an index.html of them',
  ),
  files: field.texts('notebooks, or folders of them; absent: those in notebooks/').optional(),
  check: field.boolean(
    'run: write nothing; fail where a cell shows other kinds of things than its committed outputs, or, tagged check, other text',
    { default: false },
  ),
  param: field
    .texts(
      'run: name=json, e.g. size=\'"smoke"\', for a constant of a cell tagged parameters; may be repeated',
    )
    .optional(),
  timeout: field.number('run: longest time of a cell', {
    default: 600,
    above: 0,
    unit: 'seconds',
    source: 'ours',
  }),
  totalTimeout: field.number('run: longest time of a notebook', {
    default: 1800,
    above: 0,
    unit: 'seconds',
    source: 'ours',
  }),
  out: field
    .path(
      'folder for the results; absent: run writes into the notebooks themselves, html into runs/notebooks/html',
    )
    .optional(),
  engine: field
    .choice(
      engineNames,
      `run: what computes from the first cell on; absent: RLHF_KIT_ENGINE, else ${defaultEngine}`,
    )
    .optional(),
};

type NotebooksConfig = field.ConfigOf<typeof fields>;

export const notebooksCommand = defineCommand<NotebooksConfig>({
  name: 'notebooks',
  summary: 'notebooks without Jupyter: rlhf-kit notebooks run [--check] [files] | html [files]',
  fields,
  example: 'npx rlhf-kit notebooks run notebooks/00-quickstart.ipynb --out runs/notebooks',
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
  if (notebooks.some(({ name }) => name === 'index'))
    throw new InputError(
      'notebooks html: index.html lists the notebooks; rename index.ipynb, whose page it would be',
    );
  const pages = notebooks.map(({ name, notebook }) => {
    const page = join(out, `${name}.html`);
    writeFileAtomically(page, renderNotebook(notebook, name));
    say(page);
    return page;
  });
  const index = join(out, 'index.html');
  writeFileAtomically(index, renderIndex(notebooks));
  say(index);
  return { command: 'notebooks html', index, pages };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
