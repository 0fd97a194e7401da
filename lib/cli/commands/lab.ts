/** `rlhf-kit lab`: the notebooks in JupyterLab, by one command. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BackendUnavailableError, chosenEngine, engineNames, defaultEngine } from '../../backend';
import * as field from '../../fields';
import { setupDanfo } from '../../notebook/danfo';
import { copiesFolder, copyNotebooks } from '../../notebook/lab/copies';
import { setupLab } from '../../notebook/lab/environment';
import { labFolder, startLab } from '../../notebook/lab/lab';
import { notebookFolder } from '../../notebook/runner/notebook-file';
import { installedRoot } from '../../train/versions';
import { defineCommand } from '../command';

const fields = {
  folder: field
    .path(
      `folder with notebooks, which are changed; absent: copies of ${notebookFolder}/, or of the package's own, in ${copiesFolder}/`,
    )
    .optional(),
  port: field
    .integer('port on this machine; absent: the first free one from 8888 on', { min: 1, max: 65535 })
    .optional(),
  browser: field.boolean('open the browser; --no-browser only prints the address', { default: true }),
  engine: field
    .choice(engineNames, `what notebooks compute on; absent: RLHF_KIT_ENGINE, else ${defaultEngine}`)
    .optional(),
};

type LabConfig = field.ConfigOf<typeof fields>;

export const labCommand = defineCommand<LabConfig>({
  name: 'lab',
  summary: 'open the notebooks in JupyterLab, which is installed on first use: rlhf-kit lab [folder]',
  fields,
  example: 'npx rlhf-kit lab',
  positionals: ['folder'],
  async run({ folder, port, browser, engine }) {
    const say = (line: string): void => void process.stderr.write(`lab: ${line}\n`);
    const shown = labFolder(folder ?? originals());
    // A wrong name is said now, not by the first cell.
    chosenEngine(engine);
    const environment = await setupLab(say);
    await setupDanfo(say).catch(withoutDanfo(say));
    if (folder === undefined) copyNotebooks(shown, copiesFolder).forEach(say);
    say('starting JupyterLab');
    const lab = await startLab(environment, {
      folder: folder === undefined ? resolve(copiesFolder) : shown,
      port,
      browser,
      engine,
    });
    process.removeAllListeners('SIGINT');
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        say('stopping JupyterLab and its kernels');
        lab.stop();
      });
    }
    say(`${lab.url}`);
    say('Ctrl-C stops it and its kernels');
    process.stdout.write(`${JSON.stringify({ command: 'lab', url: lab.url, pid: lab.pid })}\n`);
    await lab.ended;
  },
});

/** The notebooks of the project; where it has none, those of the installed package. */
function originals(): string {
  const installed = installedRoot();
  return existsSync(notebookFolder) || installed === undefined
    ? notebookFolder
    : join(installed, notebookFolder);
}

/** Most cells need no danfo: where it cannot be installed, the others run. */
function withoutDanfo(say: (line: string) => void): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof BackendUnavailableError)) throw error;
    say(`cells with toDanfo will fail: ${error.message}`);
  };
}
