/** `rlhf-kit setup`: puts an engine or JupyterLab in place. */
import * as field from '../../fields';
import { BackendUnavailableError, setupDefaultEngine, setupTensorflow, setupXla } from '../../backend';
import { InputError } from '../../errors';
import { setupLab } from '../../notebook/lab/environment';
import { defineCommand } from '../command';

const fields = {
  target: field.choice(
    ['tensorflow', 'xla', 'jupyter'],
    'engine to set up, or jupyter: what rlhf-kit lab runs',
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

const titles = { tensorflow: 'the tensorflow engine', xla: 'the xla plugin', jupyter: 'JupyterLab' } as const;

export const setupCommand = defineCommand<SetupConfig>({
  name: 'setup',
  summary:
    'put a native engine or JupyterLab in place: rlhf-kit setup tensorflow [--gpu] | xla [--cuda13 | --cuda12 | --plugin FILE] | jupyter',
  fields,
  example: 'npx rlhf-kit setup xla',
  positionals: ['target'],
  async run({ target, gpu, cuda12, cuda13, plugin, ifPossible }) {
    if (target === 'jupyter' && (gpu === true || cuda12 || cuda13 || plugin !== undefined))
      throw new InputError('setup jupyter: there is nothing to choose');
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
