/** Byte-level BPE in tokenizer.json: how text is cut before it, in the one form that JavaScript and Rust read alike. */

/** One digit, or another number, by itself. */
export const numberPattern = '\\p{N}';

/** GPT-2's words. */
export const wordPattern =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** The `pre_tokenizer` that cuts text by each pattern in turn. Plain splits: JavaScript and Rust disagree about the built-in ones. */
export function byteLevelPreTokenizer(patterns: readonly string[]): Record<string, unknown> {
  return {
    type: 'Sequence',
    pretokenizers: [
      ...patterns.map((Regex) => ({
        type: 'Split',
        pattern: { Regex },
        behavior: 'Isolated',
        invert: false,
      })),
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  };
}

/** The `post_processor` that begins texts with a token. */
export function beginsWithToken(content: string, id: number): Record<string, unknown> {
  const token = { SpecialToken: { id: content, type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [token, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [token, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [content]: { id: content, ids: [id], tokens: [content] } },
  };
}

/** The `model` of merges over bytes. */
export function byteLevelModel(
  vocab: Readonly<Record<string, number>>,
  merges: readonly (readonly [string, string])[],
): Record<string, unknown> {
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges,
  };
}

/** An entry of `added_tokens` that text is searched for as it is. */
export function addedTokenEntry(id: number, content: string, special: boolean): Record<string, unknown> {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special,
  };
}
