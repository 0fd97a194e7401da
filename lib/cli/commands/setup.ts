/** `rlhf-kit setup`: puts an engine, JupyterLab or danfojs-node in place. */
import * as field from '../../fields';
import { BackendUnavailableError, setupDefaultEngine, setupTensorflow, setupXla } from '../../backend';
import { InputError } from '../../errors';
import { setupDanfo } from '../../notebook/danfo';
import { setupLab } from '../../notebook/lab/environment';
import { defineCommand } from '../command';

const fields = {
  target: field.choice(
    ['tensorflow', 'xla', 'jupyter', 'danfo'],
    'engine to set up; jupyter: what rlhf-kit lab runs; danfo: danfojs-node, for toDanfo',
  ),
  gpu: field
    .boolean(
      'the build for NVIDIA GPUs, with its CUDA libraries; without the flag, the build that is in place',
    )
    .optional(),
  cuda12: field.boolean(
    'xla: JAX’s plugin for NVIDIA GPUs with CUDA 12: the installed one, else it and NVIDIA’s libraries (2.9 GB)',
    { default: false },
  ),
  cuda13: field.boolean('xla: the same with CUDA 13 (2.2 GB)', { default: false }),
  plugin: field.path('xla: file of any other PJRT plugin').optional(),
  ifPossible: field.boolean(
    'say why and go on, instead of failing, where the engine cannot be had; xla: leave a plugin that is there',
    { default: false },
  ),
};

type SetupConfig = field.ConfigOf<typeof fields>;

const titles = {
  tensorflow: 'the tensorflow engine',
  xla: 'the xla plugin',
  jupyter: 'JupyterLab',
  danfo: 'danfojs-node',
} as const;

export const setupCommand = defineCommand<SetupConfig>({
  name: 'setup',
  summary:
    'put a native engine, JupyterLab or danfojs-node in place: rlhf-kit setup tensorflow [--gpu] | xla [--cuda13 | --cuda12 | --plugin FILE] | jupyter | danfo',
  fields,
  example: 'npx rlhf-kit setup xla',
  positionals: ['target'],
  async run({ target, gpu, cuda12, cuda13, plugin, ifPossible }) {
    const isEngine = target === 'tensorflow' || target === 'xla';
    if (!isEngine && (gpu === true || cuda12 || cuda13 || plugin !== undefined))
      throw new InputError(`setup ${target}: there is nothing to choose`);
    if (target === 'xla' && gpu === true)
      throw new InputError('setup xla: there is no --gpu; expected --cuda13 or --cuda12');
    const chosen = [cuda12 && '--cuda12', cuda13 && '--cuda13', plugin !== undefined && '--plugin'].filter(
      Boolean,
    );
    if (chosen.length > 1)
      throw new InputError(`setup xla: expected one plugin, got ${chosen.join(' and ')}`);
    if (target === 'tensorflow' && chosen.length > 0)
      throw new InputError(`setup tensorflow: there is no ${String(chosen[0])}; expected --gpu`);
    const cuda = cuda13 ? 'cuda13' : cuda12 ? 'cuda12' : undefined;
    const say = (line: string): void => void process.stderr.write(`setup: ${line}\n`);
    try {
      if (target === 'jupyter') return await setupLab(say);
      if (target === 'danfo') return await setupDanfo(say);
      if (target === 'tensorflow') return await setupTensorflow({ gpu, say });
      const chooses = cuda !== undefined || plugin !== undefined;
      return ifPossible && !chooses ? await setupDefaultEngine(say) : await setupXla(say, { cuda, plugin });
    } catch (error) {
      if (!ifPossible || !(error instanceof BackendUnavailableError)) throw error;
      say(`${titles[target]} cannot be had here: ${error.message}`);
      return { changed: false, unavailable: error.message };
    }
  },
});
