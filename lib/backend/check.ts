/** A small known product and gradient: whether an engine that starts also computes. */
import * as tf from '@tensorflow/tfjs';
import type { Engine, EngineName } from './engine';

export interface EngineReport {
  readonly engine: EngineName;
  readonly available: boolean;
  /** Version and device, or why the engine is not there. */
  readonly detail: string;
  readonly purpose: string;
  /** Largest deviation from the known numbers. */
  readonly maxError?: number;
}

/** Above this an engine that computes in float32 is broken. */
export const checkTolerance = 1e-4;

/**
 * Starts an engine and computes, with A[i,j] = (i+1)/(j+1) and B[i,j] = (i+1)·(j+1) of 16 × 16, the product AB = 16·B and the
 * gradient ∂ΣAB/∂A[i,j] = Σ_k B[j,k] = 136·(j+1).
 */
export async function checkEngine(engine: Engine): Promise<EngineReport> {
  const { name, purpose } = engine;
  try {
    await engine.start();
  } catch (error) {
    return { engine: name, available: false, detail: (error as Error).message, purpose };
  }
  const n = 16;
  const numbers = (f: (i: number, j: number) => number): number[] =>
    Array.from({ length: n * n }, (_, k) => f(Math.floor(k / n) + 1, (k % n) + 1));
  const maxError = tf.tidy(() => {
    const a = tf.tensor2d(
      numbers((i, j) => i / j),
      [n, n],
    );
    const b = tf.tensor2d(
      numbers((i, j) => i * j),
      [n, n],
    );
    const product = tf.matMul(a, b).dataSync();
    const gradient = tf
      .grad((x) => tf.sum(tf.matMul(x as tf.Tensor2D, b)))(a)
      .dataSync();
    const deviations = [
      ...numbers((i, j) => n * i * j).map((value, k) => Math.abs((product[k] as number) / value - 1)),
      ...numbers((_, j) => 136 * j).map((value, k) => Math.abs((gradient[k] as number) / value - 1)),
    ];
    return Math.max(...deviations);
  });
  return { engine: name, available: true, detail: engine.describe(), purpose, maxError };
}
