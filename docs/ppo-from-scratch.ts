/**
 * PPO from scratch: what `trainPpo` does, top to bottom, with the kit's model and losses and nothing between them. No minibatch parts,
 * no whitening, no coefficient that adapts, no checkpoint. test/docs/ppo-from-scratch.test.ts runs it and finds the trajectory that is
 * pinned for `trainPpo` in test/invariant/ppo.json. Axes: B responses, R response tokens, T prompt and response, D width.
 */
import * as tf from '@tensorflow/tfjs';
import { generate } from '../lib/model/generate';
import { lmLogits, values } from '../lib/model/heads';
import type { LanguageModel } from '../lib/model/sample';
import { hiddenStates } from '../lib/model/transformer';
import { gae, tokenRewards } from '../lib/policy/ppo/advantage';
import type { PpoConfig } from '../lib/policy/ppo/config';
import { ppoPolicyLoss, ppoValueLoss } from '../lib/policy/ppo/token-loss';
import { createRng, type Rng } from '../lib/random';
import { valueAndGrad } from '../lib/tensor/gradient';
import { tokenLogprobs } from '../lib/tensor/logprobs';
import { disposeTree, mapTree } from '../lib/tensor/pytree';
import { adamw, clipByGlobalNorm, initAdamw, type NamedTensors } from '../lib/train/adamw';
import { demonstrationMicrobatches, encodeDemonstration } from '../lib/train/demonstrations';
import { nextTokenLoss } from '../lib/train/next-token-loss';
import { chunk, stepRows, stepRowsByLength } from '../lib/train/sampler';
import { padRows, type SequenceBatch } from '../lib/train/sequences';
import type { Demonstration, PromptRecord, Scorer } from '../lib/types';

type Metric = 'step' | 'loss' | 'grad_norm' | 'objective/kl' | 'objective/scores';
export type PpoStep = Readonly<Record<Metric, number>>;

const sum = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((total, x) => total + x, 0);
const mean = (numbers: ArrayLike<number>): number => sum(numbers) / numbers.length;

/** Trains the policy from the model, which stays the frozen reference, and returns what happened in each step. */
export async function ppoFromScratch(
  { params: reference, config: model, tokenizer }: LanguageModel,
  prompts: readonly PromptRecord[],
  demonstrations: readonly Demonstration[],
  scorer: Scorer,
  config: PpoConfig,
): Promise<PpoStep[]> {
  const rng = createRng(config.seed).fork('ppo');
  const limits = { maxPromptTokens: config.maxPromptTokens, maxResponseTokens: config.maxNewTokens };

  // Sampling. A response ends with the end-of-turn token, which is one of its tokens and not of its text, or is cut off.
  const answer = async (params: NamedTensors, asked: readonly PromptRecord[], draws: Rng) => {
    const encoded = asked.map(({ prompt }) => tokenizer.renderPrompt(prompt).slice(-limits.maxPromptTokens));
    const options = { ...config, stopTokenIds: [tokenizer.eosTokenId], rng: draws };
    const generated = await generate(params, model, encoded, options);
    const responses = generated.map(({ tokens, finished }, i) => ({
      ...(asked[i] as PromptRecord),
      response: tokenizer.decode(finished ? tokens.slice(0, -1) : tokens),
      finished,
    }));
    const scores = await scorer(responses);
    return generated.map(({ tokens, finished }, i) => ({
      promptId: (asked[i] as PromptRecord).promptId,
      promptTokens: encoded[i] as number[],
      responseTokens: tokens,
      // Of the whole response; one without an end costs extra.
      score: (scores[i] as number) - (finished ? 0 : config.missingEosPenalty),
    }));
  };

  // Reading. The hidden state one column before a token predicts it. Logits are divided by the temperature that is sampled at.
  const read = (params: NamedTensors, { tokens, mask, responseMask }: SequenceBatch) => {
    const [B, T] = tokens.shape;
    const R = responseMask.shape[1];
    const all = hiddenStates(params, model, tokens, mask); // [B, T, D]
    const hidden: tf.Tensor3D = tf.slice(all, [0, T - R - 1, 0], [B, R, model.hiddenSize]);
    const logits = lmLogits(params, model, tf.reshape(hidden, [B * R, model.hiddenSize])); // [B·R, V]
    const labels: tf.Tensor1D = tf.reshape(tf.slice(tokens, [0, T - R], [B, R]), [B * R]);
    const logprobs = tokenLogprobs(tf.div<tf.Tensor2D>(logits, config.temperature), labels); // [B·R]
    return { hidden, logprobs: tf.reshape(logprobs, [B, R]) as tf.Tensor2D };
  };

  // The baseline: what the reference's own answers to each prompt score.
  const { referenceSamples } = config;
  const repeated = prompts.flatMap((prompt) => Array<PromptRecord>(referenceSamples).fill(prompt));
  const own = await answer(reference, repeated, rng.fork('reference'));
  const baselines = new Map(
    chunk(own, referenceSamples).map((group) => [group[0]?.promptId, mean(group.map(({ score }) => score))]),
  );

  // The policy begins as the reference, the value head at 0.
  const valueHead = { 'value.weight': tf.zeros([1, model.hiddenSize]), 'value.bias': tf.zeros([1]) };
  let params = mapTree({ ...reference, ...valueHead }, (tensor) => tensor.clone()) as NamedTensors;
  disposeTree(valueHead);
  let moments = initAdamw(params);
  let updates = 0;

  // Demonstrations for the term that keeps what SFT taught.
  const maxLength = limits.maxPromptTokens + limits.maxResponseTokens;
  const taught = demonstrations.map((row) => encodeDemonstration(tokenizer, row, 'assistant', maxLength));
  const lengths = taught.map((row) => row.tokens.length);

  const steps: PpoStep[] = [];
  for (let step = 1; step <= config.maxSteps; step++) {
    // 1. The policy answers.
    const drawn = stepRows(step, config.rolloutBatchSize, prompts.length, rng.fork('rows'));
    const asked = drawn.map((i) => prompts[i] as PromptRecord);
    const answers = await answer(params, asked, rng.fork('samples').fork(step));

    // 2. Policy, value head and reference read the answers, once, without gradient.
    const whole = padRows(answers, tokenizer.padTokenId, limits);
    const R = whole.responseMask.shape[1];
    const [old, ref, vs] = tf.tidy(() => {
      const { hidden, logprobs } = read(params, whole);
      return [logprobs, read(reference, whole).logprobs, values(params, hidden)].map(
        (tensor) => tensor.dataSync() as Float32Array,
      ) as [Float32Array, Float32Array, Float32Array];
    });
    disposeTree(whole);

    // 3. Every token costs klCoef times its log-ratio to the reference; the last one earns the score above the baseline.
    const rows = answers.map((one, b) => {
      const ofRow = (numbers: Float32Array) => numbers.slice(b * R, b * R + one.responseTokens.length);
      const [logprobs, refLogprobs, oldValues] = [ofRow(old), ofRow(ref), ofRow(vs)];
      const kl = logprobs.map((logprob, t) => logprob - (refLogprobs[t] as number));
      const gap = one.score - (baselines.get(one.promptId) as number);
      const estimate = gae(tokenRewards(kl, gap, config.klCoef), oldValues, config.gamma, config.lam);
      return { ...one, ...estimate, logprobs, oldValues, kl };
    });

    // 4. Several passes over the answers, each in a new order, cut into minibatches: one update each.
    const losses: number[] = [];
    const norms: number[] = [];
    for (let pass = 0; pass < config.numPpoEpochs; pass++) {
      const order = rng.fork('minibatches').fork(step).fork(pass).shuffle(rows);
      for (const part of chunk(order, order.length / config.numMiniBatches)) {
        const learningRate = config.learningRate * Math.min(1, updates / config.warmupSteps);
        updates++;
        const shown = stepRowsByLength(updates, config.sftBatchSize, lengths, rng.fork('demonstrations'));
        const examples = shown.map((i) => taught[i] as (typeof taught)[number]);
        const [demonstration] = demonstrationMicrobatches(examples, 1, tokenizer.padTokenId, { maxLength });
        const batch = padRows(part, tokenizer.padTokenId, limits);
        const next = tf.tidy(() => {
          const perToken = (numbers: (row: (typeof part)[number]) => Float32Array) => {
            const padded = new Float32Array(batch.responseMask.size);
            part.forEach((row, b) => padded.set(numbers(row), b * batch.responseMask.shape[1]));
            return tf.tensor2d(padded, batch.responseMask.shape); // [B, R]
          };
          const oldLogprobs = perToken((row) => row.logprobs);
          const oldValues = perToken((row) => row.oldValues);
          const advantages = perToken((row) => row.advantages);
          const returns = perToken((row) => row.returns);
          const ofTokens = (numbers: tf.Tensor): tf.Scalar =>
            tf.div(tf.sum(tf.mul(numbers, batch.responseMask)), tf.sum(batch.responseMask));
          const { loss, grads } = valueAndGrad((weights: NamedTensors) => {
            const { hidden, logprobs } = read(weights, batch);
            const policy = ppoPolicyLoss(logprobs, oldLogprobs, advantages, config.cliprange);
            const value = ppoValueLoss(values(weights, hidden), oldValues, returns, config.cliprangeValue);
            const sft = nextTokenLoss(weights, model, demonstration as NonNullable<typeof demonstration>);
            const reinforced = tf.add(ofTokens(policy.loss), tf.mul(ofTokens(value.loss), config.vfCoef));
            const total: tf.Scalar = tf.add(reinforced, tf.mul(sft.loss, config.sftLossCoef));
            return { loss: total, metrics: {} };
          }, params);
          const { gradients, norm } = clipByGlobalNorm(grads, config.maxGradNorm);
          const [rate, count] = [tf.scalar(learningRate), tf.scalar(updates)];
          losses.push(loss.dataSync()[0] as number);
          norms.push(norm.dataSync()[0] as number);
          const { params: moved, moments: seen } = adamw(params, gradients, moments, rate, count, config);
          return { params: moved, m: seen.m, v: seen.v } as unknown as tf.TensorContainer;
        }) as unknown as { params: NamedTensors; m: NamedTensors; v: NamedTensors };
        disposeTree([batch, demonstration, params, moments.m, moments.v]);
        params = next.params;
        moments = { m: next.m, v: next.v };
      }
    }
    steps.push({
      step,
      loss: mean(losses),
      grad_norm: mean(norms),
      'objective/kl': mean(rows.map(({ kl }) => sum(kl))),
      'objective/scores': mean(rows.map(({ score }) => score)),
    });
  }
  disposeTree([params, moments.m, moments.v]);
  return steps;
}
