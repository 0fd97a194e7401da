/** The tokenizer in a GGUF file as tokenizer.json and tokenizer_config.json. */
import { InputError, mustBe } from '../../errors';
import {
  addedTokenEntry,
  beginsWithToken,
  byteLevelModel,
  byteLevelPreTokenizer,
} from '../../tokenizer/byte-level';
import type { TokenizerJsons } from '../../tokenizer/tokenizer';
import type { GgufFile } from './file';
import { cuttings, tokenType } from './tokenizer-kinds';

const prefix = 'tokenizer.ggml';

/**
 * Byte-level BPE only, in the form that JavaScript and Rust read alike.
 *
 * @throws {InputError} naming the kind when it is another one, or naming the key that is missing or does not fit.
 */
export function readGgufTokenizer({ path, metadata }: GgufFile): TokenizerJsons {
  const model = metadata.text(`${prefix}.model`);
  if (model !== 'gpt2')
    throw mustBe(path, `${prefix}.model`, '"gpt2" (byte-level BPE; other tokenizers are not read)', model);
  const pre = metadata.text(`${prefix}.pre`, 'default');
  const patterns = cuttings[pre];
  if (patterns === undefined)
    throw mustBe(path, `${prefix}.pre`, `one of ${Object.keys(cuttings).join(', ')}`, pre);
  const tokens = metadata.texts(`${prefix}.tokens`);
  const types = metadata.integers(`${prefix}.token_type`, tokens.length);
  const merges = metadata.texts(`${prefix}.merges`).map((merge): [string, string] => {
    // The first sign of a merge is never the space between its parts.
    const space = merge.indexOf(' ', 1);
    if (space < 0)
      throw new InputError(`${path}: a merge must be two parts with a space between, got '${merge}'`);
    return [merge.slice(0, space), merge.slice(space + 1)];
  });
  const roles = Object.entries({
    bos_token: 'bos_token_id',
    eos_token: 'eos_token_id',
    unk_token: 'unknown_token_id',
    pad_token: 'padding_token_id',
  }).flatMap(([role, key]): [string, string][] => {
    if (!metadata.has(`${prefix}.${key}`)) return [];
    const id = metadata.integer(`${prefix}.${key}`);
    const text = tokens[id];
    if (text === undefined)
      throw mustBe(path, `${prefix}.${key}`, `a token id below ${tokens.length} (the tokens)`, id);
    return [[role, text]];
  });
  const beginsWithBos = metadata.flag(`${prefix}.add_bos_token`, false);
  const bos = metadata.integer(`${prefix}.bos_token_id`, 0);
  const used = tokens.flatMap((token, id): [string, number][] =>
    types[id] === tokenType.unused ? [] : [[token, id]],
  );
  const isAdded = ([, id]: readonly [string, number]): boolean =>
    types[id] === tokenType.control || types[id] === tokenType.userDefined;
  const added = used
    .filter(isAdded)
    .map(([token, id]) => addedTokenEntry(id, token, types[id] === tokenType.control));
  const context = metadata.integer(`${metadata.text('general.architecture')}.context_length`, 0);
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: byteLevelPreTokenizer(patterns),
      post_processor: beginsWithBos ? beginsWithToken(tokens[bos] as string, bos) : null,
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      model: byteLevelModel(Object.fromEntries(used), merges),
    },
    tokenizerConfig: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      add_prefix_space: false,
      ...Object.fromEntries(roles),
      ...(context > 0 && { model_max_length: context }),
      clean_up_tokenization_spaces: false,
      ...(metadata.has('tokenizer.chat_template') && {
        chat_template: metadata.text('tokenizer.chat_template'),
      }),
    },
  };
}

/** Tokens that end a response: of a text, and where the file names another one, of a turn. */
export function endTokensOf({ metadata }: GgufFile): number[] {
  const ids = [`${prefix}.eos_token_id`, `${prefix}.eot_token_id`]
    .filter((key) => metadata.has(key))
    .map((key) => metadata.integer(key));
  return [...new Set(ids)];
}
