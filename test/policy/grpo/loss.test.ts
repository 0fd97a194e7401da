import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { batch, type Row } from '../../../lib/policy/grpo/batch';
import { loss } from '../../../lib/policy/grpo/loss';
import { grpoConfig, numbersOfLoss, sampledRollouts, tinyPolicy, tokenizer } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const { config: model, params } = tinyPolicy();
const config = grpoConfig({ beta: 0.5, lossType: 'bnpo' });

const sampledRows = async (): Promise<Row[]> =>
  (await sampledRollouts(6)).map((rollout, i) => ({ ...rollout, advantage: i - 1, meanTokens: 9 }));
const lossOf = (part: readonly Row[], whole: readonly Row[]) =>
  numbersOfLoss(loss(params, batch(part, whole, tokenizer.padTokenId, config), model, config));

describe('loss', () => {
  it('of the reference itself is minus the mean advantage of a token: no divergence yet', async () => {
    const rows = await sampledRows();
    const numbers = lossOf(rows, rows);
    const tokens = rows.flatMap(({ responseTokens, advantage }) => responseTokens.map(() => advantage));
    const mean = tokens.reduce((sum, advantage) => sum + advantage, 0) / tokens.length;
    expect(numbers['loss']).toBeCloseTo(-mean, 4);
    expect(numbers['kl']).toBeCloseTo(0, 5);
    expect(numbers['val/ratio']).toBeCloseTo(1, 4);
    expect(numbers['val/ratio_var']).toBeLessThan(1e-8);
    expect(numbers['clip_ratio/region_mean']).toBe(0);
  });

  it('of the parts of an update adds up to that of the whole', async () => {
    const rows = await sampledRows();
    const [whole, ...parts] = [
      lossOf(rows, rows),
      lossOf(rows.slice(0, 2), rows),
      lossOf(rows.slice(2), rows),
    ];
    for (const key of Object.keys(whole))
      expect(parts.reduce((sum, part) => sum + (part[key] as number), 0)).toBeCloseTo(
        whole[key] as number,
        4,
      );
  });
});
