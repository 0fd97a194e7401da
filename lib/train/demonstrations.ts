/** Demonstrations as token rows with the tokens that count marked: what SFT and the SFT terms of policies learn from. */
import * as tf from '@tensorflow/tfjs';
import { packedCount, paddedCount, paddedLength } from '../backend';
import { TemplateError } from '../tokenizer/chat-template';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { Packing } from '../model/transformer';
import type { Demonstration, Message } from '../types';
import { packSequences } from './packing';
import { predictionTensors } from './predictions';
import { encodeTurn } from './sequences';

export const demonstrationLosses = ['assistant', 'lastTurn'] as const;

export interface DemonstrationRow {
  readonly tokens: readonly number[];
  /** 1 where the token is the assistant's, its end-of-turn token included. */
  readonly lossMask: readonly number[];
}

/** Sizes of the counted labels are rounded up to multiples of this. */
const labelMultiple = 64;

export type DemonstrationBatch = {
  /** [B, T] int32, padded on the right */
  readonly tokens: tf.Tensor2D;
  /** [B, T] 1 = a real token */
  readonly mask: tf.Tensor2D;
  /** Of rows that hold several demonstrations; absent: a row is one. */
  readonly packing?: Packing;
  /** [N] int32, where in [B·T] a token stands whose successor counts: only these columns meet the vocabulary */
  readonly positions: tf.Tensor1D;
  /** [N] int32, the token that follows */
  readonly labels: tf.Tensor1D;
  /** [N] 1 = the label counts, 0 = filling up N */
  readonly labelMask: tf.Tensor1D;
  /** Labels that count in the whole step, microbatches together. */
  readonly count: tf.Scalar;
};

/**
 * Tokens of one demonstration. With `assistant` the assistant's earlier turns count too, wherever the template renders a
 * dialogue's beginning as the beginning of the dialogue; with `lastTurn` only the response counts.
 *
 * @param maxLength longer dialogues lose their beginning. Tokens.
 */
export function encodeDemonstration(
  tokenizer: Tokenizer,
  { prompt, response, finished = true }: Demonstration,
  counts: (typeof demonstrationLosses)[number],
  maxLength: number,
): DemonstrationRow {
  const { promptTokens, responseTokens } = encodeTurn(tokenizer, prompt, response, finished);
  const tokens = [...promptTokens, ...responseTokens];
  const lossMask = tokens.map((_, i) => (i >= promptTokens.length ? 1 : 0));
  const turnEnd = tokenizer.turnEndTokenId ?? tokenizer.eosTokenId;
  if (counts === 'assistant' && typeof prompt !== 'string') {
    prompt.forEach((message, k) => {
      if (message.role !== 'assistant') return;
      const before = beginning(tokenizer, prompt.slice(0, k));
      if (before === undefined) return;
      const turn = [...before, ...tokenizer.encode(message.content), turnEnd];
      if (turn.every((token, i) => token === tokens[i])) lossMask.fill(1, before.length, turn.length);
    });
  }
  return { tokens: tokens.slice(-maxLength), lossMask: lossMask.slice(-maxLength) };
}

/** A dialogue's beginning in tokens; undefined where the template refuses it, as some do that begin with the assistant. */
function beginning(tokenizer: Tokenizer, messages: readonly Message[]): number[] | undefined {
  try {
    return tokenizer.renderPrompt(messages);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

/** Labels of the rows that count: the normaliser of a step. */
export function countLabels(rows: readonly DemonstrationRow[]): number {
  // The first token of a row is nobody's label.
  return rows.reduce((sum, row) => sum + row.lossMask.slice(1).reduce((a, b) => a + b, 0), 0);
}

/** How the rows of a batch are laid out. */
export type DemonstrationLayout =
  /** A row each. `maxLength`: no row is longer, tokens; `pad`: the length that rows are padded to. */
  | { readonly maxLength: number; readonly pad?: typeof paddedLength }
  /** Side by side. `width`: D of the model. */
  | { readonly width: number };

/**
 * Lays rows out; the caller disposes the batch.
 *
 * @param count labels that count in the whole step.
 */
export function demonstrationBatch(
  rows: readonly DemonstrationRow[],
  count: number,
  padTokenId: number,
  layout: DemonstrationLayout,
): DemonstrationBatch {
  const { places, labelPlaces, ...rowTensors } = layOut(rows, padTokenId, layout);
  const counted = rows.flatMap((row, b) =>
    row.lossMask.flatMap((counts, t) =>
      t > 0 && counts === 1
        ? [{ position: places[b]?.[t - 1] as number, label: row.tokens[t] as number }]
        : [],
    ),
  );
  const N = labelPlaces(counted.length);
  return {
    ...rowTensors,
    ...predictionTensors(counted, N),
    labelMask: tf.tensor1d(Float32Array.from({ length: N }, (_, i) => (i < counted.length ? 1 : 0))),
    count: tf.scalar(count),
  };
}

/** Rows as tensors; where in [B·T] each token of a row stands; and how many places there are for labels. */
function layOut(
  rows: readonly DemonstrationRow[],
  padTokenId: number,
  layout: DemonstrationLayout,
): Pick<DemonstrationBatch, 'tokens' | 'mask' | 'packing'> & {
  readonly places: readonly ArrayLike<number>[];
  readonly labelPlaces: (count: number) => number;
} {
  const sequences = rows.map((row) => row.tokens);
  if ('width' in layout) {
    const packed = packSequences(sequences, padTokenId, layout.width);
    return { ...packed, labelPlaces: (count) => packedCount(count, packed.tokens.size) };
  }
  const { maxLength, pad = paddedLength } = layout;
  const B = rows.length;
  const T = pad(Math.max(...sequences.map((tokens) => tokens.length)), maxLength);
  const tokens = new Int32Array(B * T).fill(padTokenId);
  const mask = new Float32Array(B * T);
  sequences.forEach((own, b) => {
    tokens.set(own, b * T);
    mask.fill(1, b * T, b * T + own.length);
  });
  return {
    tokens: tf.tensor2d(tokens, [B, T], 'int32'),
    mask: tf.tensor2d(mask, [B, T]),
    places: sequences.map((own, b) => own.map((_, t) => b * T + t)),
    // Few different sizes, as with T: a compiling engine compiles each once.
    labelPlaces: (count) => paddedCount(count, B * T, labelMultiple),
  };
}

/** A step's rows as microbatches with one common normaliser. */
export function demonstrationMicrobatches(
  rows: readonly DemonstrationRow[],
  parts: number,
  padTokenId: number,
  layout: DemonstrationLayout,
): DemonstrationBatch[] {
  const count = countLabels(rows);
  const size = Math.ceil(rows.length / parts);
  const batches: DemonstrationBatch[] = [];
  for (let i = 0; i < rows.length; i += size) {
    batches.push(demonstrationBatch(rows.slice(i, i + size), count, padTokenId, layout));
  }
  return batches;
}
