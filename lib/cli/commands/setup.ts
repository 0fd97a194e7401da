/** `rlhf-kit setup`: puts an engine in place. */
import type { FieldTable } from '../../config';
import { BackendUnavailableError } from '../../backend';
import { setupTensorflow } from '../../backend/setup/tensorflow';
import { setupXla } from '../../backend/setup/xla';
import { InputError } from '../../errors';
import { defineCommand } from '../command';

interface SetupConfig {
  readonly target: 'tensorflow' | 'xla';
  readonly gpu?: boolean;
  readonly ifPossible: boolean;
}

const fields: FieldTable<SetupConfig> = {
  target: { doc: 'engine to set up', type: ['tensorflow', 'xla'] },
  gpu: {
    doc: 'the build for NVIDIA GPUs, with its CUDA libraries; without the flag, the build that is in place',
    type: 'boolean',
    optional: true,
  },
  ifPossible: {
    doc: 'say why and go on, instead of failing, where the engine cannot be had',
    type: 'boolean',
    default: false,
  },
};

export const setupCommand = defineCommand<SetupConfig>({
  name: 'setup',
  summary:
    'put a native engine in place: rlhf-kit setup tensorflow [--gpu], or the plugin of the coming one: setup xla',
  fields,
  positionals: ['target'],
  async run({ target, gpu, ifPossible }) {
    if (target === 'xla' && gpu === true)
      throw new InputError('setup xla: there is no --gpu; RLHF_KIT_PJRT_PLUGIN names a plugin for a GPU');
    const say = (line: string): void => void process.stderr.write(`setup: ${line}\n`);
    try {
      return target === 'xla' ? await setupXla(say) : await setupTensorflow({ gpu, say });
    } catch (error) {
      if (!ifPossible || !(error instanceof BackendUnavailableError)) throw error;
      say(
        `the ${target === 'xla' ? 'xla plugin' : 'tensorflow engine'} cannot be had here: ${error.message}`,
      );
      return { changed: false, unavailable: error.message };
    }
  },
});
