/** `rlhf-kit setup`: puts an engine in place. */
import type { FieldTable } from '../../config';
import { BackendUnavailableError } from '../../backend';
import { setupTensorflow } from '../../backend/setup/tensorflow';
import { defineCommand } from '../command';

interface SetupConfig {
  readonly target: 'tensorflow';
  readonly gpu?: boolean;
  readonly ifPossible: boolean;
}

const fields: FieldTable<SetupConfig> = {
  target: { doc: 'engine to set up', type: ['tensorflow'] },
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
  summary: 'put the native engine in place: rlhf-kit setup tensorflow [--gpu]',
  fields,
  positionals: ['target'],
  async run({ gpu, ifPossible }) {
    const say = (line: string): void => void process.stderr.write(`setup: ${line}\n`);
    try {
      return await setupTensorflow({ gpu, say });
    } catch (error) {
      if (!ifPossible || !(error instanceof BackendUnavailableError)) throw error;
      say(`the tensorflow engine cannot be had here: ${error.message}`);
      return { changed: false, unavailable: error.message };
    }
  },
});
