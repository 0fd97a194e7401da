/** Special and added tokens, from every file of a model directory that transformers reads them from. */
import { InputError } from '../errors';

type Json = Readonly<Record<string, unknown>>;

/** A token that is found in text before anything else is, as tokenizer.json keeps it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

/** Roles that transformers knows; a model may have others, all called `…_token`. */
const roles = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;

/**
 * tokenizer_config.json with what older directories keep in special_tokens_map.json. The latter counts as long as the former lists
 * no `added_tokens_decoder`, as in transformers.
 */
export function withSpecialTokensMap(config: Json, specialTokensMap: Json | undefined): Json {
  return config['added_tokens_decoder'] === undefined ? { ...config, ...specialTokensMap } : config;
}

/** The text of a special token, written as text or as an object with its content. */
function textOf(entry: unknown): string | undefined {
  const text = typeof entry === 'object' && entry !== null ? (entry as Json)['content'] : entry;
  return typeof text === 'string' ? text : undefined;
}

/** Texts of the special tokens by role, the model's own roles (`image_token`, `extra_special_tokens`) among them. */
export function specialTokenTexts(config: Json): Record<string, string> {
  const extra = config['extra_special_tokens'];
  const own = typeof extra === 'object' && extra !== null && !Array.isArray(extra) ? extra : {};
  return Object.fromEntries(
    [...Object.entries(config), ...Object.entries(own)].flatMap(([role, entry]): [string, string][] => {
      const text = textOf(entry);
      const known = (roles as readonly string[]).includes(role);
      // Others are given as plain texts; `add_bos_token` and its like are no tokens.
      return text !== undefined && (known || (typeof entry === 'string' && role.endsWith('_token')))
        ? [[role, text]]
        : [];
    }),
  );
}

/**
 * The added tokens of a tokenizer: those of tokenizer.json, of `added_tokens_decoder` in tokenizer_config.json (which counts before
 * added_tokens.json), and special tokens that stand in the vocabulary alone.
 *
 * @throws {InputError} when an id is no number, or two files give one token different ids.
 */
export function addedTokens(
  tokenizerJson: Json,
  config: Json,
  addedTokensJson: Json | undefined,
  where: string,
): AddedToken[] {
  const tokens = new Map<string, AddedToken>();
  const vocabulary = vocabularyOf(tokenizerJson);
  const add = (id: unknown, content: unknown, flags: Partial<AddedToken>, inModel = vocabulary): void => {
    if (typeof content !== 'string' || !Number.isInteger(id) || (id as number) < 0)
      throw new InputError(
        `${where}: an added token must have a text and an id, got ${JSON.stringify({ content, id })}`,
      );
    const known = tokens.get(content);
    const before = known?.id ?? inModel.get(content);
    if (before !== undefined && before !== id)
      throw new InputError(
        `${where}: the added token '${content}' has two ids, ${before} and ${id as number}`,
      );
    const plain = { special: false, single_word: false, lstrip: false, rstrip: false, normalized: false };
    if (known === undefined) tokens.set(content, { ...plain, ...flags, id: id as number, content });
  };
  for (const token of (tokenizerJson['added_tokens'] ?? []) as Json[])
    add(token['id'], token['content'], token as Partial<AddedToken>, new Map());
  const decoder = config['added_tokens_decoder'];
  const texts = Object.entries(specialTokenTexts(config));
  const special = new Set(texts.map(([, text]) => text));
  if (decoder !== undefined) {
    for (const [id, token] of Object.entries(decoder as Readonly<Record<string, Json>>)) {
      const { content, ...flags } = token;
      add(Number(id), content, {
        ...flags,
        special: flags['special'] === true || special.has(content as string),
      });
    }
  } else {
    for (const [content, id] of Object.entries(addedTokensJson ?? {}))
      add(id, content, { special: special.has(content), normalized: !special.has(content) });
  }
  for (const text of special) {
    const id = vocabulary.get(text);
    if (id !== undefined && !tokens.has(text)) add(id, text, { special: true });
  }
  return [...tokens.values()];
}

/** Ids by token of the model in tokenizer.json: an object, or of Unigram a list of tokens with scores. */
function vocabularyOf(tokenizerJson: Json): ReadonlyMap<string, number> {
  const { vocab } = (tokenizerJson['model'] ?? {}) as { vocab?: unknown };
  if (Array.isArray(vocab)) return new Map((vocab as [string, number][]).map(([token], id) => [token, id]));
  return new Map(Object.entries((vocab ?? {}) as Readonly<Record<string, number>>));
}
