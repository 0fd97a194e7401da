/** Records as padded token batches: prompts end and responses begin at the same column in every row. */
import * as tf from '@tensorflow/tfjs';
import { paddedLength, paddedRows } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig } from '../model/config';
import { sidePrompts } from '../sides';
import { encodeJoined } from '../tokenizer/joined-text';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { PreferencePair, Prompt } from '../types';

/** A prompt and a response in tokens. */
export interface EncodedRow {
  readonly promptTokens: readonly number[];
  /** With the end-of-turn token when the response is finished. */
  readonly responseTokens: readonly number[];
}

export interface SequenceLimits {
  /** Longer prompts lose their beginning: the question stands at the end. */
  readonly maxPromptTokens: number;
  /** Longer responses lose their end, and with it the end-of-turn token. */
  readonly maxResponseTokens: number;
}

/**
 * Encodes a prompt and a response whole; an unfinished response gets no end-of-turn token. Text goes on with text: there both
 * are tokenized together.
 */
export function encodeTurn(
  tokenizer: Tokenizer,
  prompt: Prompt,
  response: string,
  finished: boolean,
): EncodedRow {
  if (typeof prompt !== 'string') {
    const responseTokens = tokenizer.renderResponse(response, prompt);
    return {
      promptTokens: tokenizer.renderPrompt(prompt),
      responseTokens: finished ? responseTokens : responseTokens.slice(0, -1),
    };
  }
  const { promptTokens, responseTokens } = encodeJoined(tokenizer, prompt, response);
  const end = finished ? tokenizer.renderResponse('', prompt) : [];
  return { promptTokens, responseTokens: [...responseTokens, ...end] };
}

/** {@link encodeTurn} within limits. */
export function encodeRow(
  tokenizer: Tokenizer,
  prompt: Prompt,
  response: string,
  limits: SequenceLimits,
  finished = true,
): EncodedRow {
  const { promptTokens, responseTokens } = encodeTurn(tokenizer, prompt, response, finished);
  return {
    promptTokens: promptTokens.slice(-limits.maxPromptTokens),
    responseTokens: responseTokens.slice(0, limits.maxResponseTokens),
  };
}

/** Encodes a prompt, keeping its last `maxPromptTokens` tokens. */
export function encodePrompt(tokenizer: Tokenizer, prompt: Prompt, maxPromptTokens: number): number[] {
  return tokenizer.renderPrompt(prompt).slice(-maxPromptTokens);
}

/**
 * Refuses what is longer than a model's positions, before anything is computed.
 *
 * @param lengths of the sequences, tokens. @param flags what to lower, e.g. `--max-length`.
 * @throws {InputError} naming the first that is too long.
 */
export function requirePositions(
  stage: string,
  lengths: readonly number[],
  { maxPositionEmbeddings }: Pick<ModelConfig, 'maxPositionEmbeddings'>,
  flags: string,
): void {
  const row = lengths.findIndex((length) => length > maxPositionEmbeddings);
  if (row < 0) return;
  const count = lengths.filter((length) => length > maxPositionEmbeddings).length;
  throw new InputError(
    `${stage}: ${count} of ${lengths.length} sequences are longer than the model's ${maxPositionEmbeddings} positions, the first has ${lengths[row]} tokens; lower ${flags}`,
  );
}

/**
 * The pairs whose responses differ within the tokens that are read; how many others there are is said on stderr.
 *
 * @throws {InputError} when none is left.
 */
export function differingPairs<P extends Pick<PreferencePair, 'prompt' | 'chosen' | 'rejected'>>(
  stage: string,
  pairs: readonly P[],
  tokenizer: Tokenizer,
  { maxResponseTokens }: Pick<SequenceLimits, 'maxResponseTokens'>,
): P[] {
  const read = (response: string, prompt: Prompt): string =>
    JSON.stringify([prompt, tokenizer.renderResponse(response, prompt).slice(0, maxResponseTokens)]);
  const kept = pairs.filter((pair) => {
    const prompts = sidePrompts(pair);
    return read(pair.chosen, prompts.chosen) !== read(pair.rejected, prompts.rejected);
  });
  const equal = pairs.length - kept.length;
  if (equal === 0) return kept;
  const why = `chosen and rejected are equal in the ${maxResponseTokens} tokens that are read (--max-response-tokens)`;
  if (kept.length === 0) throw new InputError(`${stage}: no pair is left: in all ${equal} ${why}`);
  process.stderr.write(`${stage}: ${equal} of ${pairs.length} pairs left out: ${why}\n`);
  return kept;
}

/** Prompts padded on the left to P columns, responses on the right to R: `[B, P + R]`. */
export interface SequenceBatch {
  /** [B, T] int32 */
  readonly tokens: tf.Tensor2D;
  /** [B, T] 1 = a real token */
  readonly mask: tf.Tensor2D;
  /** [B, R] 1 = counts */
  readonly responseMask: tf.Tensor2D;
}

/**
 * Lays rows out as a {@link SequenceBatch}; the caller disposes it.
 *
 * @param mostRows rows of the largest batch of its kind; the batch may be filled up towards it with rows of padding. Absent: it has
 * these rows and no more.
 */
export function padRows(
  rows: readonly EncodedRow[],
  padTokenId: number,
  { maxPromptTokens, maxResponseTokens }: SequenceLimits,
  mostRows?: number,
): SequenceBatch {
  const P = paddedLength(Math.max(...rows.map((row) => row.promptTokens.length)), maxPromptTokens);
  const R = paddedLength(Math.max(...rows.map((row) => row.responseTokens.length)), maxResponseTokens);
  const T = P + R;
  const B = mostRows === undefined ? rows.length : paddedRows(rows.length, mostRows);
  const tokens = new Int32Array(B * T).fill(padTokenId);
  const mask = new Float32Array(B * T);
  const responseMask = new Float32Array(B * R);
  rows.forEach(({ promptTokens, responseTokens }, b) => {
    const start = b * T + P - promptTokens.length;
    tokens.set(promptTokens, start);
    tokens.set(responseTokens, b * T + P);
    mask.fill(1, start, b * T + P + responseTokens.length);
    responseMask.fill(1, b * R, b * R + responseTokens.length);
  });
  return {
    tokens: tf.tensor2d(tokens, [B, T], 'int32'),
    mask: tf.tensor2d(mask, [B, T]),
    responseMask: tf.tensor2d(responseMask, [B, R]),
  };
}
