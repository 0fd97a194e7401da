/** What training would take, seen from its first step. */
import * as tf from '@tensorflow/tfjs';
import { programMemory } from '../backend';
import { disposeTree, flatten } from '../tensor/pytree';
import type { NamedTensors } from './adamw';

export interface StepAccount {
  readonly parameters: { readonly total: number; readonly trainable: number };
  /** Tokens of the first step's batches, and those with the padding that is computed too. */
  readonly tokensPerStep: { readonly read: number; readonly padded: number };
  readonly bytes: {
    readonly weights: number;
    readonly gradients: number;
    readonly moments: number;
    /** The most that a program of the step takes while it runs, beside its arguments and results; absent where none is compiled. */
    readonly temporary?: number;
  };
}

/** Ends a dry run in place of the training that would follow. */
export class DryRunEnd extends Error {
  override name = 'DryRunEnd';
  readonly account: StepAccount;
  constructor(account: StepAccount) {
    super('a dry run ends after its first step');
    this.account = account;
  }
}

/**
 * Accounts for a step.
 *
 * @param updates batches of the step; they are disposed. @param update computes one, so that its programs are made.
 */
export function stepAccount<B>(
  trained: NamedTensors,
  frozen: NamedTensors,
  updates: readonly (readonly B[])[],
  update: (microbatches: readonly B[]) => unknown,
): StepAccount {
  const sizeOf = (tensors: NamedTensors): number =>
    Object.values(tensors).reduce((sum, { size }) => sum + size, 0);
  const [trainable, others] = [sizeOf(trained), sizeOf(frozen)];
  const masks = masksIn(updates);
  const read = masks.reduce((sum, mask) => sum + (tf.tidy(() => tf.sum(mask).dataSync()[0]) as number), 0);
  const padded = masks.reduce((sum, { size }) => sum + size, 0);
  disposeTree(update(updates[0] as readonly B[]));
  disposeTree(updates);
  const temporary = programMemory().map((program) => program.temporary);
  const float = 4;
  return {
    parameters: { total: trainable + others, trainable },
    tokensPerStep: { read, padded },
    bytes: {
      weights: float * (trainable + others),
      gradients: float * trainable,
      moments: 2 * float * trainable,
      ...(temporary.length > 0 && { temporary: Math.max(...temporary) }),
    },
  };
}

/** The masks of the token rows in a tree of batches: what stands beside `tokens` as `mask`. [B, T] each */
function masksIn(tree: unknown): tf.Tensor[] {
  if (tree instanceof tf.Tensor || typeof tree !== 'object' || tree === null) return [];
  const { tokens, mask } = tree as { tokens?: unknown; mask?: unknown };
  const own = tokens instanceof tf.Tensor ? flatten(mask) : [];
  return [...own, ...Object.values(tree).flatMap(masksIn)];
}
