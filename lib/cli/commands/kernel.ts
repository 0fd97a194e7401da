/** `rlhf-kit kernel`: makes the kernel known to Jupyter and VS Code; Jupyter starts it by the same command. */
import { engineNames, defaultEngine } from '../../backend';
import * as field from '../../fields';
import { InputError } from '../../errors';
import { serveKernel } from '../../notebook/kernel/kernel';
import { installKernel, kernelDirectory, uninstallKernel } from '../../notebook/kernel/kernelspec';
import { defineCommand } from '../command';
import { restartForEngine } from '../restart';

const fields = {
  action: field.choice(['install', 'uninstall', 'start'], 'install or uninstall; start is what Jupyter does'),
  user: field.boolean('for this user, where no other place is given', { default: false }),
  prefix: field.path('below share/jupyter of this folder').optional(),
  sysPrefix: field.boolean('below share/jupyter of the active Python environment', { default: false }),
  engine: field
    .choice(
      engineNames,
      `install: what the kernel computes on; absent: what RLHF_KIT_ENGINE says when it starts, else ${defaultEngine}`,
    )
    .optional(),
  force: field.boolean('replace or remove a kernel of the same name that belongs to another folder', {
    default: false,
  }),
  connectionFile: field.path('start: where Jupyter wrote ports and key').optional(),
};

type KernelConfig = field.ConfigOf<typeof fields>;

export const kernelCommand = defineCommand<KernelConfig>({
  name: 'kernel',
  summary: 'register the TypeScript kernel with Jupyter and VS Code: rlhf-kit kernel install | uninstall',
  fields,
  example: 'npx rlhf-kit kernel install --user',
  positionals: ['action'],
  async run({ action, user, prefix, sysPrefix, engine, force, connectionFile }) {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    if (action === 'start') {
      if (connectionFile === undefined)
        throw new InputError(
          'kernel start: Jupyter starts the kernel, with --connection-file; a person runs kernel install',
        );
      try {
        restartForEngine(engine);
      } catch (error) {
        // The first cell says it.
        if (!(error instanceof InputError)) throw error;
      }
      return serveKernel(connectionFile, engine);
    }
    const places = [user && '--user', prefix !== undefined && '--prefix', sysPrefix && '--sys-prefix'].filter(
      Boolean,
    );
    if (places.length > 1)
      throw new InputError(`kernel ${action}: expected one place, got ${places.join(' and ')}`);
    const directory = kernelDirectory({ prefix, sysPrefix });
    if (action === 'uninstall') {
      const removed = uninstallKernel(directory, force);
      say(removed ? `kernel removed from ${directory}` : `there is no kernel in ${directory}`);
      return { command: 'kernel uninstall', directory, removed };
    }
    installKernel(directory, engine, force);
    say(
      `kernel rlhf-kit (TypeScript) registered in ${directory}; choose it in Jupyter or VS Code (reload the window there)`,
    );
    return { command: 'kernel install', directory };
  },
});
