import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { batch, sides } from '../../../lib/policy/dpo/batch';
import type { DpoConfig } from '../../../lib/policy/dpo/config';
import { loss } from '../../../lib/policy/dpo/loss';
import { encodePair, readReference, type Row } from '../../../lib/policy/dpo/rows';
import { responseLogps } from '../../../lib/train/responses';
import { dpoConfig, numbersOfLoss, pairs, tinyPolicy, tokenizer } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const { params, config: model } = tinyPolicy();

function rowsOf(config: DpoConfig): Row[] {
  const encoded = pairs.slice(0, 6).map((pair) => encodePair(tokenizer, pair, config));
  const refLogps: Parameters<typeof readReference>[1] = (part) =>
    responseLogps(params, model, sides(part, tokenizer.padTokenId, config, model.hiddenSize));
  const read = readReference(encoded, refLogps, config.batchSize);
  return encoded.map((pair) => read.get(pair) as Row);
}
const lossOf = (config: DpoConfig, part: readonly Row[], whole: readonly Row[], weights = params) =>
  numbersOfLoss(
    loss(weights, batch(part, whole, tokenizer.padTokenId, config, model.hiddenSize), model, config),
  );

describe('loss', () => {
  it('of the reference itself is ln 2, and the loss on the chosen tokens comes on top when asked', () => {
    const config = dpoConfig({ chosenSftCoef: 0.5 });
    const rows = rowsOf(config);
    const numbers = lossOf(config, rows, rows);
    expect(numbers['loss/preference_avg']).toBeCloseTo(Math.LN2, 5);
    const tokens = rows.reduce((sum, row) => sum + row.chosen.responseTokens.length, 0);
    const nll = (-(numbers['logps/chosen'] as number) * rows.length) / tokens;
    expect(numbers['loss']).toBeCloseTo(Math.LN2 + 0.5 * nll, 4);
  });

  it('of the parts of a step adds up to that of the whole, for another policy too', () => {
    const config = dpoConfig({ labelSmoothing: 0.1 });
    const rows = rowsOf(config);
    const other = tinyPolicy(2).params;
    const [whole, ...parts] = [
      lossOf(config, rows, rows, other),
      lossOf(config, rows.slice(0, 2), rows, other),
      lossOf(config, rows.slice(2), rows, other),
    ];
    for (const key of Object.keys(whole))
      expect(
        parts.reduce((sum, part) => sum + (part[key] as number), 0),
        key,
      ).toBeCloseTo(whole[key] as number, 4);
  });
});
