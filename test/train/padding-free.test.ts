/** What sequences side by side give is what a row each gives: loss, metrics and every gradient, on every engine. */
import { beforeAll, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../lib/backend';
import { batch as dpoBatch, sides } from '../../lib/policy/dpo/batch';
import { loss as dpoLoss } from '../../lib/policy/dpo/loss';
import { encodePair, readReference, type Row } from '../../lib/policy/dpo/rows';
import { batch as rewardBatch } from '../../lib/reward/batch';
import { trainedCriteria } from '../../lib/reward/criteria';
import { loss as rewardLoss } from '../../lib/reward/loss';
import { encodePair as encodeRewardPair } from '../../lib/reward/rows';
import { initRewardParams } from '../../lib/reward/trainer';
import { loss as sftLoss } from '../../lib/sft/loss';
import { valueAndGrad } from '../../lib/tensor/gradient';
import type { NamedTensors } from '../../lib/train/adamw';
import { demonstrationMicrobatches, encodeDemonstration } from '../../lib/train/demonstrations';
import { readMetrics, type LossAndMetrics } from '../../lib/train/metrics';
import { responseLogps } from '../../lib/train/responses';
import { rewardConfig } from '../reward/tiny-model';
import {
  demonstrations,
  dpoConfig,
  numbersOf,
  pairs,
  tinyPolicy,
  tokenizer,
} from '../policy/support/tiny-policy';
import { engines } from '../support/engines';

const { params, config: model } = tinyPolicy();
const D = model.hiddenSize;
const pad = tokenizer.padTokenId;
const some = pairs.slice(0, 7);

function outcome<B>(
  weights: NamedTensors,
  batch: B,
  loss: (params: NamedTensors, batch: B) => LossAndMetrics,
): { numbers: Record<string, unknown>; gradients: Record<string, number[]> } {
  const step = jit((own: NamedTensors, given: B) => {
    const { loss: value, metrics, grads } = valueAndGrad((current) => loss(current, given), own);
    return { grads, metrics: { loss: value, ...metrics } };
  });
  const { grads, metrics } = step(weights, batch);
  return { numbers: readMetrics(metrics), gradients: numbersOf(grads) };
}

function expectEqual(packed: ReturnType<typeof outcome>, plain: ReturnType<typeof outcome>): void {
  expect(Object.keys(packed.numbers)).toEqual(Object.keys(plain.numbers));
  const close = (a: unknown, b: unknown): void =>
    expect(Math.abs(Number(a) - Number(b))).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(Number(b))));
  const plainNumber = (x: unknown): number => (typeof x === 'number' ? x : (x as { value: number }).value);
  for (const [name, value] of Object.entries(plain.numbers))
    close(plainNumber(packed.numbers[name]), plainNumber(value));
  for (const [name, values] of Object.entries(plain.gradients)) {
    expect(values.some((value) => value !== 0)).toBe(true);
    values.forEach((value, i) => close(packed.gradients[name]?.[i], value));
  }
}

describe.each(engines)('padding-free batches on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it('of demonstrations', () => {
    const rows = demonstrations.slice(0, 9).map((row) => encodeDemonstration(tokenizer, row, 'lastTurn', 16));
    const [packed, plain] = [{ width: D }, { maxLength: 16 }].map((layout) =>
      outcome(params, demonstrationMicrobatches(rows, 1, pad, layout)[0], (own, batch) =>
        sftLoss(own, batch as NonNullable<typeof batch>, model),
      ),
    );
    expectEqual(packed as typeof plain & object, plain as typeof plain & object);
  });

  it('of pairs under the reward model, whose prompts are computed once', () => {
    const weights = initRewardParams(params, model);
    weights['score.weight'] = (params['model.norm.weight'] as NonNullable<(typeof params)[string]>).reshape([
      1,
      D,
    ]);
    const [packed, plain] = [true, false].map((paddingFree) => {
      const config = rewardConfig({ paddingFree, useMargin: true });
      const rows = some.map((pair) => encodeRewardPair(tokenizer, pair, config, trainedCriteria(config)));
      const laid = rewardBatch(rows, rows, pad, config, D);
      if (paddingFree) {
        const tokens = (laid.scores.mask.sum().dataSync()[0] as number) ?? 0;
        expect(tokens).toBeLessThan(rows.flatMap((row) => [...row.chosen, ...row.rejected]).length);
      }
      return outcome(weights, laid, (own, batch) => rewardLoss(own, batch, model, config));
    });
    expectEqual(packed as typeof plain & object, plain as typeof plain & object);
  });

  it('of pairs under DPO, with the numbers of the reference', () => {
    const other = tinyPolicy(2).params;
    const [packed, plain] = [true, false].map((paddingFree) => {
      const config = dpoConfig({ paddingFree, chosenSftCoef: 0.1 });
      const encoded = some.map((pair) => encodePair(tokenizer, pair, config));
      const known = readReference(
        encoded,
        (part) => responseLogps(params, model, sides(part, pad, config, D)),
        3,
      );
      const rows = encoded.map((pair) => known.get(pair) as Row);
      return outcome(other, dpoBatch(rows, rows, pad, config, D), (own, batch) =>
        dpoLoss(own, batch, model, config),
      );
    });
    expectEqual(packed as typeof plain & object, plain as typeof plain & object);
  });
});
