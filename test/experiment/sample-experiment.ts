/** An experiment with numbers drawn from a known truth: four filters times noise levels, a missing run and a failed one. */
import { conditionsOf, type Condition } from '../../lib/experiment/conditions';
import type { ExperimentConfig } from '../../lib/experiment/config';
import type { Experiment } from '../../lib/experiment/experiment';
import type { CurvePoint, FailedRow, ResultRow } from '../../lib/experiment/results';
import { createRng, type Rng } from '../../lib/random';

/** What a filter adds to accuracy, over seeds and prompts. */
const effects: Readonly<Record<string, number>> = { none: 0, ties: 0.04, cycles: 0.005, both: 0.06 };
const noises = ['low', 'middle', 'high'] as const;

const config: ExperimentConfig = {
  name: '01-data-filter',
  title: 'Filtering of comparisons',
  question: 'Does a reward model learn more from comparisons without ties and cycles?',
  base: {},
  axes: {
    filter: Object.fromEntries(Object.keys(effects).map((name) => [name, {}])),
    noise: Object.fromEntries(noises.map((name) => [name, {}])),
  },
  seeds: [1, 2, 3, 4, 5],
  measures: ['reward', 'ppo'],
  metrics: ['reward.goldAccuracy', 'ppo.winMinusLoss', 'ppo.kl'],
  baseline: { filter: 'none', noise: 'middle' },
  claims: [
    {
      claim: 'Without ties and cycles the reward model is right more often.',
      paper: 'filters both; no number',
      metric: 'reward.goldAccuracy',
      condition: { filter: 'both' },
      against: {},
      expected: 'higher',
    },
    {
      claim: 'Filtering lengthens the way of the policy.',
      paper: '–',
      metric: 'ppo.kl',
      condition: { filter: 'both' },
      against: {},
      expected: 'higher',
    },
    {
      claim: 'Cycles alone | hardly matter.',
      paper: 'not stated',
      metric: 'reward.goldAccuracy',
      condition: { filter: 'cycles' },
      against: {},
      expected: 'equal',
      margin: 0.05,
    },
  ],
  budgetMinutes: 10,
};

/** @param promptsPerSeed 0 leaves the prompts out. */
export function sampleExperiment(promptsPerSeed = 40): Experiment {
  const rows = conditionsOf(config).flatMap((condition) =>
    config.seeds
      .filter((seed) => !(condition.name === 'filter=ties noise=high' && seed === 3))
      .map((seed) => sampleRow(condition, seed, promptsPerSeed)),
  );
  const { dataHash, keys, metrics, prompts, curves, seconds, ...origin } = rows[0] as ResultRow;
  void [dataHash, keys, metrics, prompts, curves, seconds];
  const failed: FailedRow = {
    ...origin,
    condition: 'filter=ties noise=high',
    config: { filter: 'ties', noise: 'high' },
    seed: 3,
    error: 'ppo: the loss is NaN at step 12 | see `log`',
    log: 'ppo.log',
  };
  return { config, rows: [...rows, failed] };
}

function sampleRow({ name, config: settings }: Condition, seed: number, promptsPerSeed: number): ResultRow {
  const shared = createRng(seed).fork('sample');
  const own = shared.fork(name);
  const effect = (effects[settings['filter'] as string] as number) + 0.01 * own.normal();
  // What makes prompts hard is the same in every condition.
  const difficulty = shared.fork('prompts');
  const prompts = Array.from(
    { length: promptsPerSeed },
    () => 0.7 + 0.02 * difficulty.normal() + effect + 0.05 * own.normal(),
  );
  const accuracy = prompts.length
    ? prompts.reduce((sum, value) => sum + value, 0) / prompts.length
    : 0.7 + effect;
  return {
    condition: name,
    seed,
    config: settings,
    configHash: 'c',
    engine: 'xla',
    versions: { node: '20.20.2', 'xla-cpu-pjrt': '0.0.1' },
    processor: { model: 'a processor', threads: 2 },
    dataHash: 'd',
    keys: { stages: { sft: 'e' }, measures: { reward: 'f' } },
    metrics: {
      'reward.goldAccuracy': accuracy,
      'ppo.winMinusLoss': 0.15 + effect + 0.02 * own.normal(),
      'ppo.kl': 1.3 + 0.2 * own.normal(),
    },
    prompts: promptsPerSeed ? { 'reward.goldAccuracy': prompts } : {},
    curves: { ppo: sampleCurve(own, effect) },
    seconds: 60 + own.integer(30),
  };
}

function sampleCurve(rng: Rng, effect: number): CurvePoint[] {
  return Array.from({ length: 8 }, (_, i) => {
    const kl = 0.2 * i ** 1.5 * (1 + 0.1 * rng.uniform());
    const distance = Math.sqrt(kl);
    return {
      step: 5 * i,
      kl,
      proxy: 0.9 * distance + 0.05 * rng.normal(),
      gold: 0.5 + (0.2 + effect) * distance - 0.09 * kl + 0.01 * rng.normal(),
    };
  });
}
