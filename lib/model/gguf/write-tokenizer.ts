/** Tokenizers in the words of GGUF. */
import type { GGUFValueType } from '@huggingface/gguf';
import { InputError } from '../../errors';
import { wordPattern } from '../../tokenizer/byte-level';
import { chatTemplateSource } from '../../tokenizer/chat-template';
import {
  addedTokens,
  specialTokenTexts,
  withSpecialTokensMap,
  type AddedToken,
} from '../../tokenizer/special-tokens';
import type { Model } from '../directory';
import { cuttings, tokenType } from './tokenizer-kinds';
import type { Entry } from './write';

type Json = Readonly<Record<string, unknown>>;

/** A vocabulary of a file: of each id the token and its kind. */
interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

/**
 * Metadata of a model's tokenizer: byte-level BPE, the special tokens, the chat template.
 *
 * @throws {InputError} for a tokenizer that llama.cpp would not read alike, with what there is in it.
 */
export function writtenTokenizer(
  { tokenizer, config }: Model,
  directory: string,
  types: typeof GGUFValueType,
): Record<string, Entry> {
  const file = (name: string): Json | undefined => {
    const text = tokenizer.files[name];
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  };
  const tokenizerJson = file('tokenizer.json') as Json;
  const tokenizerConfig = withSpecialTokensMap(
    file('tokenizer_config.json') as Json,
    file('special_tokens_map.json'),
  );
  const where = `${directory}/tokenizer.json`;
  const pre = cuttingOf(tokenizerJson, where);
  const added = addedTokens(tokenizerJson, tokenizerConfig, file('added_tokens.json'), directory);
  const model = tokenizerJson['model'] as { vocab: Readonly<Record<string, number>>; merges: unknown[] };
  const vocabulary = vocabularyOf(model.vocab, added, config.vocabSize);
  const id = (value: number): Entry => ({ value, type: types.UINT32 });
  const text = (value: string): Entry => ({ value, type: types.STRING });
  const texts = (value: readonly string[]): Entry => ({ value: [...value], type: types.ARRAY, subType: types.STRING }); // prettier-ignore
  const unknownText = specialTokenTexts(tokenizerConfig)['unk_token'];
  const unknown = added.find(({ content }) => content === unknownText)?.id;
  const { bosTokenId, eosTokenId, turnEndTokenId, padTokenId } = tokenizer;
  const template = chatTemplateSource(tokenizerConfig, tokenizer.files, directory);
  return {
    'tokenizer.ggml.model': text('gpt2'),
    'tokenizer.ggml.pre': text(pre),
    'tokenizer.ggml.tokens': texts(vocabulary.tokens),
    'tokenizer.ggml.token_type': { value: [...vocabulary.types], type: types.ARRAY, subType: types.INT32 },
    'tokenizer.ggml.merges': texts(model.merges.map((merge) => (Array.isArray(merge) ? merge.join(' ') : String(merge)))), // prettier-ignore
    ...(bosTokenId !== undefined && { 'tokenizer.ggml.bos_token_id': id(bosTokenId) }),
    'tokenizer.ggml.eos_token_id': id(eosTokenId),
    ...(turnEndTokenId !== undefined && { 'tokenizer.ggml.eot_token_id': id(turnEndTokenId) }),
    ...(unknown !== undefined && { 'tokenizer.ggml.unknown_token_id': id(unknown) }),
    'tokenizer.ggml.padding_token_id': id(padTokenId),
    'tokenizer.ggml.add_bos_token': {
      value: beginsWithBos(tokenizer.renderPrompt(''), bosTokenId, where),
      type: types.BOOL,
    },
    ...(template !== undefined && { 'tokenizer.chat_template': text(template) }),
  };
}

/** Whether texts begin with a BOS token; anything else before a text cannot be said. */
function beginsWithBos(before: readonly number[], bos: number | undefined, where: string): boolean {
  if (before.length > 1 || (before.length === 1 && before[0] !== bos))
    throw new InputError(
      `${where}: texts must begin with the BOS token or with none, got the tokens ${before.join(', ')} before them`,
    );
  return before.length === 1;
}

/** What llama.cpp calls the way in which a byte-level BPE cuts text. */
function cuttingOf({ model, normalizer, pre_tokenizer: pre }: Json, where: string): string {
  const { type, byte_fallback: fallback, ignore_merges: whole } = (model ?? {}) as Json;
  const steps = stepsOf(pre);
  const last = steps.at(-1);
  if (type !== 'BPE' || fallback === true || last?.['type'] !== 'ByteLevel') {
    const kind = fallback === true ? 'BPE of SentencePiece, with bytes as a fallback' : `${String(type)}${type === 'BPE' ? ' over characters' : ''}`; // prettier-ignore
    throw new InputError(`${where}: a GGUF file is written with a byte-level BPE tokenizer, got ${kind}`);
  }
  const refuse = (what: string): InputError =>
    new InputError(`${where}: llama.cpp has no word for a byte-level BPE tokenizer with ${what}`);
  if (normalizer !== null && normalizer !== undefined)
    throw refuse(`a normalizer (${String((normalizer as Json)['type'])})`);
  if (whole === true) throw refuse('ignore_merges');
  if (last['add_prefix_space'] === true) throw refuse('add_prefix_space');
  const patterns = steps.flatMap(patternsOf);
  const known = Object.entries(cuttings).find(([, own]) => own.join('\n') === patterns.join('\n'));
  if (known === undefined) throw refuse(`the pre_tokenizer ${JSON.stringify(pre)}`);
  return known[0];
}

function stepsOf(pre: unknown): Json[] {
  const { type, pretokenizers } = (pre ?? {}) as Json;
  if (pre === null || pre === undefined) return [];
  return type === 'Sequence' ? (pretokenizers as Json[]) : [pre as Json];
}

/** The patterns of a step; of one that has no plain pattern its text, which is none of those known. */
function patternsOf(step: Json): string[] {
  if (step['type'] === 'ByteLevel') return step['use_regex'] === false ? [] : [wordPattern];
  if (step['type'] === 'Digits' && step['individual_digits'] === true) return cuttings['smollm']!.slice(0, 1);
  const { Regex } = (step['pattern'] ?? {}) as Json;
  const isPlain = step['type'] === 'Split' && step['behavior'] === 'Isolated' && step['invert'] !== true;
  return [isPlain && typeof Regex === 'string' ? Regex : JSON.stringify(step)];
}

/** @param size ids of the model, which may be more than there are tokens. */
function vocabularyOf(
  vocab: Readonly<Record<string, number>>,
  added: readonly AddedToken[],
  size: number,
): Vocabulary {
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(size).fill(tokenType.unused);
  const set = (token: string, id: number, type: number): void => {
    tokens[id] = token;
    types[id] = type;
  };
  for (const [token, id] of Object.entries(vocab)) set(token, id, tokenType.normal);
  for (const { content, id, special } of added)
    set(content, id, special ? tokenType.control : tokenType.userDefined);
  return { tokens, types };
}
