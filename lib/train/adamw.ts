/** AdamW as a pure function of (params, gradients, moments): no optimizer object, so that a whole step can be compiled. */
import * as tf from '@tensorflow/tfjs';

export type NamedTensors = Record<string, tf.Tensor>;

/** First and second moments of the gradients, under the parameters' names. */
export interface AdamwMoments {
  readonly m: NamedTensors;
  readonly v: NamedTensors;
}

export interface AdamwConfig {
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  readonly adamEpsilon: number;
  /** Decoupled: w ← w − η·λ·w, outside the moments. Not applied to vectors (norms, biases), as peers do. */
  readonly weightDecay: number;
}

/** Zero moments for the given parameters. */
export function initAdamw(params: NamedTensors): AdamwMoments {
  return { m: mapTensors(params, tf.zerosLike), v: mapTensors(params, tf.zerosLike) };
}

/**
 * One AdamW update:
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η·λ·w − η·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
 *
 * @param learningRate η, scalar; an input and not a constant, so that a schedule never recompiles a step.
 * @param count t, the number of this update from 1, scalar.
 * @see Loshchilov & Hutter 2019, algorithm 2 (arXiv:1711.05101).
 */
export function adamw(
  params: NamedTensors,
  gradients: NamedTensors,
  moments: AdamwMoments,
  learningRate: tf.Scalar,
  count: tf.Scalar,
  config: AdamwConfig,
): { params: NamedTensors; moments: AdamwMoments } {
  const { adamBeta1: beta1, adamBeta2: beta2, adamEpsilon, weightDecay } = config;
  const correction1 = tf.sub(1, tf.pow(tf.scalar(beta1), count));
  const correction2 = tf.sub(1, tf.pow(tf.scalar(beta2), count));
  // η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε): the corrections act on scalars, so each parameter takes fewer operations.
  const stepSize = tf.div(learningRate, correction1);
  const root2 = tf.sqrt(correction2);
  const keep = tf.sub(1, tf.mul(learningRate, weightDecay));
  const next: { params: NamedTensors; m: NamedTensors; v: NamedTensors } = { params: {}, m: {}, v: {} };
  for (const [name, weight] of Object.entries(params)) {
    const gradient = gradients[name] as tf.Tensor;
    const m = tf.add(tf.mul(moments.m[name] as tf.Tensor, beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(moments.v[name] as tf.Tensor, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const denominator = tf.add(tf.div(tf.sqrt(v), root2), adamEpsilon);
    const decayed = weightDecay > 0 && weight.rank > 1 ? tf.mul(weight, keep) : weight;
    next.params[name] = tf.sub(decayed, tf.mul(stepSize, tf.div(m, denominator)));
    next.m[name] = m;
    next.v[name] = v;
  }
  return { params: next.params, moments: { m: next.m, v: next.v } };
}

/**
 * Scales gradients so that their global norm √Σ‖gᵢ‖² is at most `maxNorm`; returns the norm before clipping.
 * `maxNorm` 0 switches clipping off.
 */
export function clipByGlobalNorm(
  gradients: NamedTensors,
  maxNorm: number,
): { gradients: NamedTensors; norm: tf.Scalar } {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)) as tf.Scalar);
  const norm = tf.sqrt(tf.addN(squares)) as tf.Scalar;
  if (maxNorm === 0) return { gradients, norm };
  // 1e-6 as in PyTorch's clip_grad_norm_, so that trajectories can be compared.
  const scale = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)));
  return { gradients: mapTensors(gradients, (gradient) => tf.mul(gradient, scale)), norm };
}

function mapTensors(tensors: NamedTensors, f: (tensor: tf.Tensor) => tf.Tensor): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor)]));
}
