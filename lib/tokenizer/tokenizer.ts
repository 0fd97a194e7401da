/** Tokenizers in Hugging Face's format: text to token ids and back, conversations through their chat template. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers';
import { errorMessage, InputError } from '../errors';
import { readJson, readText } from '../files';
import type { Message, Prompt } from '../types';

export interface Tokenizer {
  /** Largest token id + 1: the rows that an embedding table needs. */
  readonly vocabSize: number;
  readonly bosTokenId?: number;
  /** Ends a response. */
  readonly eosTokenId: number;
  /** Fills batches up; masks come from explicit lengths, so it may equal another token. */
  readonly padTokenId: number;
  /** True when the tokenizer has no chat template of its own, and conversations are written as a plain transcript. */
  readonly plainTranscript: boolean;
  /** Text to ids, without special tokens. */
  encode(text: string): number[];
  /** Ids to text, without special tokens. */
  decode(ids: readonly number[]): string;
  /** A conversation through the chat template, up to where the assistant begins; plain text after the BOS token, if there is one. */
  renderPrompt(prompt: Prompt): number[];
  /** A response with its end-of-turn token. */
  renderResponse(response: string): number[];
  /** tokenizer.json and tokenizer_config.json as they were read or made, to be written beside weights. */
  readonly files: Readonly<Record<string, string>>;
}

/** Conversations for tokenizers without a template, in the words of the HH-RLHF transcripts. */
const plainTranscriptTemplate =
  "{{ bos_token }}{% for message in messages %}{{ '\n\n' + ('Assistant' if message.role == 'assistant' else 'Human') + ': ' + message.content }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '\n\nAssistant:' }}{% endif %}";

/**
 * Reads tokenizer.json and tokenizer_config.json (and chat_template.jinja, where newer models keep it) of a model directory.
 *
 * @throws {InputError} when a file is missing or broken, or the special tokens are not there.
 */
export function loadTokenizer(directory: string): Tokenizer {
  const files: Record<string, string> = {};
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    files[name] = readText(join(directory, name));
  const templatePath = join(directory, 'chat_template.jinja');
  if (existsSync(templatePath)) files['chat_template.jinja'] = readText(templatePath);
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
  let inner: HfTokenizer;
  try {
    inner = new HfTokenizer(tokenizerJson, tokenizerConfig);
  } catch (error) {
    throw new InputError(`${where}: tokenizer.json cannot be used (${errorMessage(error)})`);
  }
  const config = tokenizerConfig as Record<string, unknown>;
  const special = (field: string): { text: string; id: number } | undefined => {
    const entry = config[field] as string | { content: string } | null | undefined;
    const text = typeof entry === 'string' ? entry : entry?.content;
    if (text === undefined) return undefined;
    const id = inner.token_to_id(text);
    if (id === undefined)
      throw new InputError(`${where}: ${field} '${text}' of tokenizer_config.json is not in the vocabulary`);
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
  const ownTemplate =
    files['chat_template.jinja'] ??
    (typeof config['chat_template'] === 'string' ? config['chat_template'] : undefined);
  let template: Template | undefined;
  const renderChat = (messages: readonly Message[]): number[] => {
    try {
      template ??= new Template(ownTemplate ?? plainTranscriptTemplate);
      return encode(
        template.render({
          messages,
          add_generation_prompt: true,
          bos_token: bos?.text ?? '',
          eos_token: eos.text,
        }),
      );
    } catch (error) {
      throw new InputError(
        `${where}: the chat template cannot render the conversation (${errorMessage(error)})`,
      );
    }
  };
  return {
    vocabSize: 1 + [...inner.get_vocab().values()].reduce((a, b) => Math.max(a, b), -1),
    ...(bos === undefined ? {} : { bosTokenId: bos.id }),
    eosTokenId: eos.id,
    padTokenId: pad.id,
    plainTranscript: ownTemplate === undefined,
    encode,
    // The library refuses an empty list.
    decode: (ids) => (ids.length === 0 ? '' : inner.decode([...ids], { skip_special_tokens: true })),
    renderPrompt: (prompt) =>
      typeof prompt === 'string'
        ? [...(bos === undefined ? [] : [bos.id]), ...encode(prompt)]
        : renderChat(prompt),
    renderResponse: (response) => [...encode(response), eos.id],
    files,
  };
}
