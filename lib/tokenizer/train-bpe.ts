/** Trains a byte-level BPE tokenizer and writes it as tokenizer.json, readable by the Hugging Face libraries alike. */
import { InputError } from '../errors';
import {
  addedTokenEntry,
  beginsWithToken,
  byteLevelModel,
  byteLevelPreTokenizer,
  numberPattern,
  wordPattern,
} from './byte-level';

/** The texts of the special tokens; they take the first ids in this order. */
export interface SpecialTokens {
  readonly pad: string;
  readonly bos: string;
  /** Ends a turn, and so a response. */
  readonly eos: string;
  /** Further tokens, such as the marks of who speaks. */
  readonly others: readonly string[];
}

export interface TrainBpeOptions {
  /** Special tokens, 256 bytes and merges together; fewer result when the texts have no more pairs to merge. */
  readonly vocabSize: number;
  /** Longest token in UTF-8 bytes; 12 by default, or four ideographs: keeps Chinese clauses from becoming one token. */
  readonly maxTokenBytes?: number;
  readonly specialTokens?: SpecialTokens;
  /** Jinja template that renders messages as text. */
  readonly chatTemplate?: string;
}

/** What `tokenizer.json` and `tokenizer_config.json` hold. */
export interface TrainedTokenizer {
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
}

/** One mark for each role, one for the end of a turn. */
const chatSpecialTokens: SpecialTokens = {
  pad: '<|pad|>',
  bos: '<|bos|>',
  eos: '<|end|>',
  others: ['<|system|>', '<|user|>', '<|assistant|>'],
};

/** `<|bos|><|user|>…<|end|><|assistant|>…<|end|>`: a turn costs two tokens besides its text. */
export const compactChatTemplate =
  "<|bos|>{% for message in messages %}{{ '<|' + message.role + '|>' + message.content + '<|end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

/**
 * Byte-pair encoding over UTF-8 bytes: starting from the 256 bytes, the most frequent neighbouring pair within words is
 * merged again and again (Sennrich et al. 2016; bytes as in GPT-2). Equal counts go to the pair whose token ids come first,
 * so equal texts give equal tokenizers. All bytes are in the vocabulary: any text comes back whole.
 * Costs O(merges × distinct words): meant for corpora with up to some ten thousand distinct words.
 *
 * @throws InputError when vocabSize leaves no room for the bytes and special tokens
 *
 * @example
 * ```ts
 * import { createTokenizer, readDemonstrations, trainByteLevelBpe } from 'rlhf-kit';
 *
 * const rows = await readDemonstrations('runs/start/world/demonstrations.jsonl');
 * const texts = rows.map(({ response }) => response);
 * const tokenizer = createTokenizer(trainByteLevelBpe(texts, { vocabSize: 1024 }));
 * console.log(tokenizer.encode('How can I relax?').length);
 * ```
 */
export function trainByteLevelBpe(texts: Iterable<string>, options: TrainBpeOptions): TrainedTokenizer {
  const {
    vocabSize,
    maxTokenBytes = 12,
    specialTokens = chatSpecialTokens,
    chatTemplate = compactChatTemplate,
  } = options;
  const { pad, bos, eos, others } = specialTokens;
  const specials = [pad, bos, eos, ...others];
  const letters = byteLetters();
  if (vocabSize < specials.length + letters.length || new Set(specials).size < specials.length) {
    throw new InputError(
      `trainByteLevelBpe: vocabSize must be at least ${specials.length + letters.length} ` +
        `(${specials.length} distinct special tokens and 256 bytes), got ${vocabSize}`,
    );
  }
  const tokens = [...specials, ...letters];
  const merges: [string, string][] = [];
  const words = countWords(texts).map(([word, count]) => ({
    count,
    ids: Array.from(new TextEncoder().encode(word), (byte) => specials.length + byte),
  }));
  while (tokens.length < vocabSize) {
    const pair = mostFrequentPair(words, (id) => tokens[id]?.length ?? 0, maxTokenBytes);
    if (!pair) break;
    const [left, right] = pair;
    const merged: [string, string] = [tokens[left] ?? '', tokens[right] ?? ''];
    merges.push(merged);
    for (const word of words) word.ids = mergePair(word.ids, left, right, tokens.length);
    tokens.push(merged.join(''));
  }
  const id = (token: string): number => tokens.indexOf(token);
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: specials.map((content) => addedTokenEntry(id(content), content, true)),
      normalizer: null,
      // Each digit alone, then GPT-2's words.
      pre_tokenizer: byteLevelPreTokenizer([numberPattern, wordPattern]),
      post_processor: beginsWithToken(bos, id(bos)),
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      model: byteLevelModel(Object.fromEntries(tokens.map((token, index) => [token, index])), merges),
    },
    tokenizerConfig: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: bos,
      eos_token: eos,
      pad_token: pad,
      additional_special_tokens: [...others],
      clean_up_tokenization_spaces: false,
      chat_template: chatTemplate,
    },
  };
}

/** The printable letter that stands for each byte in tokenizer.json (GPT-2's table). */
function byteLetters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}

/** Words as the pre-tokenizer cuts them, with how often they occur, in order of first occurrence. */
function countWords(texts: Iterable<string>): [string, number][] {
  const counts = new Map<string, number>();
  const number = new RegExp(`(${numberPattern})`, 'u');
  const word = new RegExp(wordPattern, 'gu');
  for (const text of texts) {
    for (const piece of text.split(number)) {
      for (const match of piece.match(word) ?? []) counts.set(match, (counts.get(match) ?? 0) + 1);
    }
  }
  return [...counts];
}

interface Word {
  readonly count: number;
  ids: number[];
}

/** More ids than a vocabulary ever has: two ids make one number, smaller for pairs of earlier ids. */
const idLimit = 2 ** 24;

/** The pair of neighbours that occurs most among those short enough to merge, or undefined when there is none. */
function mostFrequentPair(
  words: readonly Word[],
  bytes: (id: number) => number,
  maxTokenBytes: number,
): [left: number, right: number] | undefined {
  const counts = new Map<number, number>();
  for (const { count, ids } of words) {
    for (let i = 1; i < ids.length; i++) {
      const key = (ids[i - 1] ?? 0) * idLimit + (ids[i] ?? 0);
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  let best: number | undefined;
  let most = 0;
  for (const [key, count] of counts) {
    if (count < most || (count === most && best !== undefined && key > best)) continue;
    if (bytes(Math.floor(key / idLimit)) + bytes(key % idLimit) <= maxTokenBytes) [best, most] = [key, count];
  }
  return best === undefined ? undefined : [Math.floor(best / idLimit), best % idLimit];
}

/** The ids with every `left right`, from the left, replaced by `merged`. */
function mergePair(ids: number[], left: number, right: number, merged: number): number[] {
  if (!ids.includes(left)) return ids;
  const result: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    const isPair = ids[i] === left && ids[i + 1] === right;
    result.push(isPair ? merged : (ids[i] ?? 0));
    if (isPair) i++;
  }
  return result;
}
