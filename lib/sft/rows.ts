/** Demonstrations as the rows of supervised fine-tuning, some of them held out. */
import { InputError } from '../errors';
import type { Rng } from '../random';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { countLabels, encodeDemonstration, type DemonstrationRow } from '../train/demonstrations';
import type { Demonstration } from '../types';
import type { SftConfig } from './config';

export interface SftRows {
  readonly training: readonly DemonstrationRow[];
  readonly heldOut: readonly DemonstrationRow[];
}

/**
 * Encodes demonstrations and holds a random share of them out; those without a token that counts are left out.
 *
 * @throws {InputError} when none is left.
 */
export function sftRows(
  demonstrations: readonly Demonstration[],
  tokenizer: Tokenizer,
  { loss, maxLength, evalFraction }: Pick<SftConfig, 'loss' | 'maxLength' | 'evalFraction'>,
  rng: Rng,
): SftRows {
  const encoded = demonstrations
    .map((row) => encodeDemonstration(tokenizer, row, loss, maxLength))
    .filter((row) => countLabels([row]) > 0);
  if (encoded.length === 0)
    throw new InputError('sft: no demonstration holds a token that counts in the loss');
  const shuffled = rng.shuffle(encoded);
  const heldOut = shuffled.slice(0, Math.floor(shuffled.length * evalFraction));
  return { training: shuffled.slice(heldOut.length), heldOut };
}
