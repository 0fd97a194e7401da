/** The work that engines and peers are timed at: every contender does the same. */
import * as tf from '@tensorflow/tfjs';
import { jit } from '../backend';
import type { ModelConfig } from '../model/config';
import { generate } from '../model/generate';
import { lmLogits } from '../model/heads';
import { hiddenStates } from '../model/transformer';
import { createRng } from '../random';
import { valueAndGrad } from '../tensor/gradient';
import { tokenLogprobs } from '../tensor/logprobs';
import { disposeTree } from '../tensor/pytree';
import { adamw, clipByGlobalNorm, initAdamw, type NamedTensors } from '../train/adamw';
import { repeatedParams } from './repeated-params';

/** What sets the size of a model; weights are random. */
export type BenchModel = Pick<
  ModelConfig,
  | 'vocabSize'
  | 'hiddenSize'
  | 'intermediateSize'
  | 'numHiddenLayers'
  | 'numAttentionHeads'
  | 'numKeyValueHeads'
  | 'bf16'
>;

/** One training step (loss, gradients, clipping, AdamW) on B sequences of T tokens. */
export interface StepCase {
  readonly kind: 'step';
  readonly model: BenchModel;
  readonly B: number;
  readonly T: number;
  /** Steps in one round; the round's number is their median. */
  readonly repetitions: number;
}

/** B prompts of P tokens are continued by R sampled tokens. */
interface GenerateCase {
  readonly kind: 'generate';
  readonly model: BenchModel;
  readonly B: number;
  readonly P: number;
  readonly R: number;
  readonly repetitions: number;
}

export type BenchCase = StepCase | GenerateCase;

const gpt: BenchModel = {
  vocabSize: 512,
  hiddenSize: 128,
  intermediateSize: 344,
  numHiddenLayers: 4,
  numAttentionHeads: 4,
  numKeyValueHeads: 4,
};
/** The shape of SmolLM2-135M. */
const smollm2: BenchModel = {
  vocabSize: 49_152,
  hiddenSize: 576,
  intermediateSize: 1536,
  numHiddenLayers: 30,
  numAttentionHeads: 9,
  numKeyValueHeads: 3,
};
/** The shape of SmolLM2-360M. */
const smollm2Large: BenchModel = {
  vocabSize: 49_152,
  hiddenSize: 960,
  intermediateSize: 2560,
  numHiddenLayers: 32,
  numAttentionHeads: 15,
  numKeyValueHeads: 5,
};
const sampling = { kind: 'generate', model: gpt, P: 32, R: 64, repetitions: 1 } as const;

export const benchCases = {
  gptStep: { kind: 'step', model: gpt, B: 16, T: 128, repetitions: 5 },
  smollm2Step: { kind: 'step', model: smollm2, B: 2, T: 256, repetitions: 1 },
  generate1: { ...sampling, B: 1 },
  generate8: { ...sampling, B: 8 },
  generate32: { ...sampling, B: 32 },
  smollm2Step8x1024: { kind: 'step', model: smollm2, B: 8, T: 1024, repetitions: 5 },
  smollm2Step16x512: { kind: 'step', model: smollm2, B: 16, T: 512, repetitions: 5 },
  smollm2LargeStep8x1024: { kind: 'step', model: smollm2Large, B: 8, T: 1024, repetitions: 5 },
  smollm2Generate64: { kind: 'generate', model: smollm2, B: 64, P: 128, R: 256, repetitions: 1 },
  smollm2Generate256: { kind: 'generate', model: smollm2, B: 256, P: 128, R: 256, repetitions: 1 },
} as const satisfies Record<string, BenchCase>;

export type CaseName = keyof typeof benchCases;

/** The cases that a processor of two cores ends within minutes; the others are for GPUs, and run when they are named. */
export const ordinaryCases: readonly CaseName[] = [
  'gptStep',
  'smollm2Step',
  'generate1',
  'generate8',
  'generate32',
];

/** @param bf16 whether matrix products are taken in bfloat16. */
export function benchCase(name: CaseName, bf16: boolean): BenchCase {
  const work: BenchCase = benchCases[name];
  return { ...work, model: { ...work.model, bf16 } };
}

/** Something to be timed: `run` does the work once and waits for its end. */
export interface Timed {
  run(): Promise<void>;
}

function modelConfig(model: BenchModel): ModelConfig {
  return {
    ...model,
    headDim: model.hiddenSize / model.numAttentionHeads,
    maxPositionEmbeddings: 2048,
    rmsNormEps: 1e-5,
    ropeTheta: 10_000,
    tieWordEmbeddings: true,
  };
}

/** Prepares a case on the engine that computes. */
export function prepareCase(work: BenchCase): Timed {
  return work.kind === 'step' ? trainingStep(work) : generation(work);
}

/**
 * How a step updates its state: in one program with the gradient that takes over the state's memory, in one that leaves the old
 * state be, or in a program of its own after the gradient's.
 */
export const updateForms = ['fused', 'kept', 'apart'] as const;
export type UpdateForm = (typeof updateForms)[number];

export function trainingStep({ model, B, T }: StepCase, form: UpdateForm = 'fused'): Timed {
  const config = modelConfig(model);
  const rng = createRng(1);
  let params: NamedTensors = repeatedParams(config, rng.fork('params'));
  let { m, v } = initAdamw(params);
  const ids = (name: string): Int32Array => {
    const stream = rng.fork(name);
    return Int32Array.from({ length: B * T }, () => stream.integer(config.vocabSize));
  };
  const tokens = tf.tensor2d(ids('tokens'), [B, T], 'int32');
  const labels = tf.tensor1d(ids('labels'), 'int32');
  const mask = tf.ones([B, T]) as tf.Tensor2D;
  const optimizer = { adamBeta1: 0.9, adamBeta2: 0.999, adamEpsilon: 1e-8, weightDecay: 0 };
  type Batch = { tokens: tf.Tensor2D; labels: tf.Tensor1D; mask: tf.Tensor2D };
  type Scalars = readonly [learningRate: tf.Scalar, count: tf.Scalar];
  const gradient = (weights: NamedTensors, batch: Batch) => {
    const { loss, grads } = valueAndGrad((given: NamedTensors) => {
      const hidden = hiddenStates(given, config, batch.tokens, batch.mask);
      const flat = tf.reshape(hidden, [B * T, config.hiddenSize]) as tf.Tensor2D;
      const logprobs = tokenLogprobs(lmLogits(given, config, flat), batch.labels);
      return { loss: tf.neg(tf.mean(logprobs)) as tf.Scalar, metrics: {} };
    }, weights);
    return { loss, gradients: clipByGlobalNorm(grads, 1).gradients };
  };
  const update = (
    weights: NamedTensors,
    first: NamedTensors,
    second: NamedTensors,
    gradients: NamedTensors,
    ...[learningRate, count]: Scalars
  ) => adamw(weights, gradients, { m: first, v: second }, learningRate, count, optimizer);
  const whole = jit(
    (weights: NamedTensors, first: NamedTensors, second: NamedTensors, batch: Batch, ...scalars: Scalars) => {
      const { loss, gradients } = gradient(weights, batch);
      return { loss, ...update(weights, first, second, gradients, ...scalars) };
    },
    form === 'kept' ? {} : { donate: [0, 1, 2] },
  );
  const [gradientStep, updateStep] = [jit(gradient), jit(update, { donate: [0, 1, 2, 3] })];
  const step: typeof whole = (weights, first, second, batch, ...scalars) => {
    if (form === 'fused') return whole(weights, first, second, batch, ...scalars);
    if (form === 'kept') {
      const next = whole(weights, first, second, batch, ...scalars);
      disposeTree([weights, first, second]);
      return next;
    }
    const { loss, gradients } = gradientStep(weights, batch);
    return { loss, ...updateStep(weights, first, second, gradients, ...scalars) };
  };
  let count = 0;
  return {
    async run() {
      const scalars = [tf.scalar(1e-3), tf.scalar(++count)] as const;
      const next = step(params, m, v, { tokens, labels, mask }, ...scalars);
      ({ params } = next);
      ({ m, v } = next.moments);
      const [loss] = await next.loss.data();
      disposeTree([next.loss, scalars]);
      if (!Number.isFinite(loss)) throw new Error(`bench: the loss became ${loss}`);
    },
  };
}

function generation({ model, B, P, R }: GenerateCase): Timed {
  const config = modelConfig(model);
  const rng = createRng(1);
  const params = repeatedParams(config, rng.fork('params'));
  const prompts = Array.from({ length: B }, () =>
    Array.from({ length: P }, () => rng.integer(config.vocabSize)),
  );
  return {
    async run() {
      const options = { maxNewTokens: R, temperature: 1, stopTokenIds: [], rng };
      const responses = await generate(params, config, prompts, options);
      if (responses.some(({ tokens }) => tokens.length !== R)) throw new Error('bench: a response is short');
    },
  };
}
