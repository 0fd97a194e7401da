/** Runs that differ in the coefficients of their losses share their compiled steps. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { trainDpo } from '../../lib/policy/dpo/trainer';
import { trainGrpo } from '../../lib/policy/grpo/trainer';
import { trainPpo } from '../../lib/policy/ppo/trainer';
import { trainRloo } from '../../lib/policy/rloo/trainer';
import { splitPairs } from '../../lib/reward/split';
import { trainReward } from '../../lib/reward/trainer';
import { pluginPath } from '../backend/xla/pjrt/plugin-path';
import { rewardConfig, tinyModels } from '../reward/tiny-model';
import {
  countA,
  demonstrations,
  dpoConfig,
  grpoConfig,
  pairs,
  ppoConfig,
  prompts,
  rlooConfig,
  tinyPolicy,
  tinyRun,
} from './support/tiny-policy';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-shared-'));
const inputs = { prompts, scorer: countA, demonstrations };
const models = tinyModels();

const onePass = { numPpoEpochs: 1, numMiniBatches: 1, rewardBaseline: 'none' } as const;

/** Trains one step with a configuration, from the beginning. */
const runs = {
  reward: async (given: object) => {
    const config = rewardConfig({ maxSteps: 1, lengthBalance: 'none', ...given });
    await trainReward(models, splitPairs(pairs, config, models.tokenizer), config, await tinyRun());
  },
  dpo: async (given: object) =>
    trainDpo(tinyPolicy(), { pairs, demonstrations }, dpoConfig(given), await tinyRun()),
  ppo: async (given: object) =>
    trainPpo(tinyPolicy(), inputs, ppoConfig({ ...onePass, ...given }), await tinyRun()),
  grpo: async (given: object) => trainGrpo(tinyPolicy(), inputs, grpoConfig(given), await tinyRun()),
  rloo: async (given: object) => trainRloo(tinyPolicy(), inputs, rlooConfig(given), await tinyRun()),
};

const axes: readonly (readonly [keyof typeof runs, object, object])[] = [
  ['reward', { scoreL2Coefficient: 0.01, centerRewardsCoefficient: 0.1 }, { scoreL2Coefficient: 0.1, centerRewardsCoefficient: 0.2 }], // prettier-ignore
  ['dpo', { beta: 0.1, labelSmoothing: 0.1, chosenSftCoef: 0.1 }, { beta: 0.5, labelSmoothing: 0.2, chosenSftCoef: 1 }], // prettier-ignore
  ['dpo', { lossType: 'ipo', beta: 0.1 }, { lossType: 'ipo', beta: 0.5 }],
  ['ppo', { sftLossCoef: 0.1 }, { sftLossCoef: 0.2, vfCoef: 0.5, cliprange: 0.1, cliprangeValue: 0.4, klCoef: 0.1 }], // prettier-ignore
  ['grpo', { beta: 0.05 }, { beta: 0.1, epsilon: 0.1, epsilonHigh: 0.3 }],
  ['rloo', { beta: 0.05 }, { beta: 0.1, epsilon: 0.1, epsilonHigh: 0.3 }],
];

describe.skipIf(pluginPath === undefined)('compiled steps on xla (need the plugin of setup xla)', () => {
  const { RLHF_KIT_CACHE: cache } = process.env;
  beforeAll(async () => {
    await useEngine('xla');
    process.env['RLHF_KIT_CACHE'] = folder;
  });
  afterAll(() => {
    if (cache === undefined) delete process.env['RLHF_KIT_CACHE'];
    else process.env['RLHF_KIT_CACHE'] = cache;
    rmSync(folder, { recursive: true });
  });

  it.each(axes)('of %s are the same with %o and %o', async (stage, one, other) => {
    const kept = (): string[] => {
      const programs = join(folder, 'xla', 'programs');
      return existsSync(programs) ? readdirSync(programs) : [];
    };
    const before = kept();
    await runs[stage]({ maxSteps: 1, ...one });
    const compiled = kept();
    expect(compiled.length).toBeGreaterThan(before.length);
    await runs[stage]({ maxSteps: 1, ...other });
    expect(kept()).toEqual(compiled);
  });
});
