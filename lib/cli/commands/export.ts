/** `rlhf-kit export gguf`: a model directory as a file for llama.cpp. */
import { useEngine } from '../../backend';
import * as field from '../../fields';
import { exportGguf } from '../../model/gguf/export';
import { writableTypes } from '../../model/gguf/quantize';
import { defineCommand } from '../command';
import { requireNew } from '../run-folder';

const fields = {
  format: field.choice(['gguf'], 'what to write: gguf, which llama.cpp and what is built on it read'),
  model: field.path('Hugging Face directory of a language model of Llama’s family'),
  out: field.path('file to write; must not exist'),
  type: field.choice(
    writableTypes,
    'type of the matrices; norms are always F32. Q8_0: 8 bits, with a scale for 32 weights',
    {
      default: 'F16',
    },
  ),
};

type ExportConfig = field.ConfigOf<typeof fields>;

export const exportCommand = defineCommand<ExportConfig>({
  name: 'export',
  summary: 'write a language model as a GGUF file for llama.cpp: rlhf-kit export gguf',
  fields,
  example: 'npx rlhf-kit export gguf --model runs/dpo-01/model --out dpo.gguf --type Q8_0',
  positionals: ['format'],
  async run({ model, out, type }) {
    requireNew('export', out);
    // Nothing is computed: the plain engine holds the numbers.
    await useEngine('cpu');
    const { bytes, tensors } = await exportGguf(model, out, type);
    process.stderr.write(`export: ${tensors} tensors, ${(bytes / 1e6).toFixed(1)} MB, are in ${out}\n`);
    return { command: 'export', out, type, tensors, bytes };
  },
});
