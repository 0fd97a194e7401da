/** Tokenizers in Hugging Face's format: text to token ids and back, conversations through their chat template. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers';
import { errorMessage, InputError } from '../errors';
import { readJson, readText } from '../files';
import type { Message, Prompt } from '../types';
import { chatTemplate, chatTemplateSource, templateFile, templateFolder } from './chat-template';
import { turnEndToken, writtenAnswer } from './turns';
import { addedTokens, specialTokenTexts, withSpecialTokensMap } from './special-tokens';

export interface Tokenizer {
  /** Largest token id + 1: the rows that an embedding table needs. */
  readonly vocabSize: number;
  readonly bosTokenId?: number;
  /** Ends a response to plain text. */
  readonly eosTokenId: number;
  /** Ends an answer in a conversation, where the chat template ends turns with a token of its own; absent: `eosTokenId`. */
  readonly turnEndTokenId?: number;
  /** Fills batches up; masks come from explicit lengths, so it may equal another token. */
  readonly padTokenId: number;
  /** True when the tokenizer has no chat template of its own, and conversations are written as a plain transcript. */
  readonly plainTranscript: boolean;
  /** Text to ids, without special tokens. */
  encode(text: string): number[];
  /** Ids to text, without special tokens. */
  decode(ids: readonly number[]): string;
  /**
   * A conversation through the chat template, up to where the assistant begins; plain text after what the tokenizer itself
   * begins texts with, such as a BOS token.
   *
   * @throws {TemplateError} when the template refuses the conversation.
   */
  renderPrompt(prompt: Prompt): number[];
  /**
   * A response with the token that ends it: after a conversation as the template writes the answer, up to the end of turn;
   * after plain text (or no prompt) the text and EOS.
   */
  renderResponse(response: string, prompt?: Prompt): number[];
  /** The files as they were read or made, to be written beside weights. */
  readonly files: Readonly<Record<string, string>>;
}

/** Conversations for tokenizers without a template, in the words of the HH-RLHF transcripts. */
const plainTranscriptTemplate =
  "{{ bos_token }}{% for message in messages %}{{ '\n\n' + ('Assistant' if message.role == 'assistant' else 'Human') + ': ' + message.content }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '\n\nAssistant:' }}{% endif %}";

/** Files that not every tokenizer has. */
const optionalFiles = ['special_tokens_map.json', 'added_tokens.json', templateFile];

/**
 * Reads the tokenizer of a model directory: tokenizer.json, tokenizer_config.json, and of special_tokens_map.json,
 * added_tokens.json, chat_template.jinja and chat_templates/ what is there.
 *
 * @throws {InputError} when a file is missing or broken, or the special tokens are not there.
 *
 * @example
 * ```ts
 * import { loadTokenizer } from 'rlhf-kit';
 *
 * const tokenizer = loadTokenizer('runs/start/sft/model');
 * const tokens = tokenizer.encode('Take a walk in the park.');
 * console.log(tokens.length, tokenizer.decode(tokens));
 * ```
 */
export function loadTokenizer(directory: string): Tokenizer {
  const files: Record<string, string> = {};
  const folder = join(directory, templateFolder);
  const templates = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.jinja'))
        .sort()
    : [];
  const names = [
    'tokenizer.json',
    'tokenizer_config.json',
    ...optionalFiles.filter((name) => existsSync(join(directory, name))),
    ...templates.map((name) => `${templateFolder}/${name}`),
  ];
  for (const name of names) files[name] = readText(join(directory, name));
  return createTokenizer(
    {
      tokenizerJson: readJson(join(directory, 'tokenizer.json')),
      tokenizerConfig: readJson(join(directory, 'tokenizer_config.json')),
    },
    files,
    directory,
  );
}

/** What the two files of a tokenizer hold. */
export interface TokenizerJsons {
  readonly tokenizerJson: object;
  readonly tokenizerConfig: object;
}

/**
 * Makes a tokenizer of parsed files.
 *
 * @param files all files by name, to be written beside weights; special_tokens_map.json, added_tokens.json and the templates among
 * them count.
 * @param where named in errors.
 * @throws {InputError} when the library refuses the files, or when there is no end-of-sequence token.
 */
export function createTokenizer(
  { tokenizerJson, tokenizerConfig }: TokenizerJsons,
  files: Readonly<Record<string, string>> = {
    'tokenizer.json': `${JSON.stringify(tokenizerJson)}\n`,
    'tokenizer_config.json': `${JSON.stringify(tokenizerConfig, null, 2)}\n`,
  },
  where = 'tokenizer',
): Tokenizer {
  const config = withSpecialTokensMap(
    tokenizerConfig as Record<string, unknown>,
    parsed(files, 'special_tokens_map.json', where),
  );
  const added = addedTokens(
    tokenizerJson as Record<string, unknown>,
    config,
    parsed(files, 'added_tokens.json', where),
    where,
  );
  let inner: HfTokenizer;
  try {
    inner = new HfTokenizer({ ...tokenizerJson, added_tokens: added }, tokenizerConfig);
  } catch (error) {
    throw new InputError(`${where}: tokenizer.json cannot be used (${errorMessage(error)})`);
  }
  const texts = specialTokenTexts(config);
  const special = (role: string): { text: string; id: number } | undefined => {
    const text = texts[role];
    if (text === undefined) return undefined;
    const id = inner.token_to_id(text);
    if (id === undefined)
      throw new InputError(`${where}: ${role} '${text}' of tokenizer_config.json is not in the vocabulary`);
    return { text, id };
  };
  const bos = special('bos_token');
  const eos = special('eos_token');
  if (eos === undefined) {
    throw new InputError(
      `${where}: tokenizer_config.json must name an eos_token; without it no response can end`,
    );
  }
  const pad = special('pad_token') ?? eos;
  const encode = (text: string): number[] => inner.encode(text, { add_special_tokens: false }).ids;
  const prefix = addedBefore(inner);
  const ownTemplate = chatTemplateSource(config, files, where);
  // Where the tokenizer begins texts with no BOS, a transcript has none either; a template says itself what it begins with.
  const bosText = ownTemplate === undefined && prefix.length === 0 ? '' : (bos?.text ?? '');
  const render = chatTemplate(
    ownTemplate ?? plainTranscriptTemplate,
    { ...texts, bos_token: bosText },
    where,
  );
  const turnEnd = ownTemplate === undefined ? undefined : turnEndToken(render, encode, added);
  const end = (prompt: Prompt): number => (typeof prompt === 'string' ? eos.id : (turnEnd ?? eos.id));
  const answer = (turns: readonly Message[], content: string): number[] | undefined =>
    ownTemplate === undefined ? undefined : writtenAnswer(render, encode, turns, content, turnEnd ?? eos.id);
  const cleansUp = cleansUpSpaces(tokenizerJson, config);
  return {
    vocabSize: 1 + [...inner.get_vocab().values()].reduce((a, b) => Math.max(a, b), -1),
    ...(bos === undefined ? {} : { bosTokenId: bos.id }),
    eosTokenId: eos.id,
    ...(turnEnd === undefined || turnEnd === eos.id ? {} : { turnEndTokenId: turnEnd }),
    padTokenId: pad.id,
    plainTranscript: ownTemplate === undefined,
    encode,
    // The library refuses an empty list.
    decode: (ids) =>
      ids.length === 0
        ? ''
        : inner.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: cleansUp }),
    renderPrompt: (prompt) =>
      typeof prompt === 'string' ? [...prefix, ...encode(prompt)] : encode(render(prompt, true)),
    renderResponse: (response, prompt = '') =>
      (typeof prompt === 'string' ? undefined : answer(prompt, response)) ?? [
        ...encode(response),
        end(prompt),
      ],
    files,
  };
}

function parsed(
  files: Readonly<Record<string, string>>,
  name: string,
  where: string,
): Readonly<Record<string, unknown>> | undefined {
  const text = files[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new InputError(`${where}: ${name} is not valid JSON (${errorMessage(error)})`);
  }
}

/** Ids that the post-processor of tokenizer.json puts before a text; transformers asks nothing else, `add_bos_token` included. */
function addedBefore(inner: HfTokenizer): number[] {
  const bare: number[] = inner.encode('a', { add_special_tokens: false }).ids;
  const whole: number[] = inner.encode('a', { add_special_tokens: true }).ids;
  const begin = whole.findIndex((_, i) => bare.every((id, k) => whole[i + k] === id));
  return whole.slice(0, Math.max(0, begin));
}

/** Whether spaces before punctuation go when ids become text: only where asked for, and never with BPE, as in transformers 5. */
function cleansUpSpaces(tokenizerJson: object, config: Readonly<Record<string, unknown>>): boolean {
  const { model } = tokenizerJson as { model?: { type?: unknown } };
  const forced = config['clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output'] === true;
  return config['clean_up_tokenization_spaces'] === true && (model?.type !== 'BPE' || forced);
}
