/** Measures a reward model on pairs that it has not learnt from. */
import * as field from '../fields';
import { writeJson } from '../files';
import { jsonFile } from '../flow/formats';
import { defineStage, output, slot } from '../flow/stage';
import { markdownTable } from '../markdown-table';
import type { Model } from '../model/directory';
import type { PreferencePair } from '../types';
import { rewardFields } from './config';
import { rewardScorer } from './score';
import { adversarialPairs } from './scorecard/adversarial-pairs';
import { calibration, type Calibration } from './scorecard/calibration';
import { scorePairs } from './scorecard/score-pairs';
import { subsetAccuracies, type Share, type SubsetAccuracies } from './scorecard/subsets';
import { lengthOnlyAccuracy } from './debias/length-only';

const fields = {
  maxPromptTokens: field.redefine(rewardFields.maxPromptTokens, { default: 512 }),
  maxResponseTokens: field.redefine(rewardFields.maxResponseTokens, { default: 512 }),
  batchSize: field.integer('responses a forward pass', { default: 16, min: 1, source: 'ours' }),
  adversarial: field.boolean(
    "score the kit's own pairs too, whose worse answer is longer and better written (needs a chat template)",
    { default: false, source: 'after LLMBar' },
  ),
};

export type RewardBenchConfig = field.ConfigOf<typeof fields>;

/** What `reward-bench.json` holds. */
export interface RewardBench extends SubsetAccuracies {
  /** Accuracy of "the longer answer wins" on the same pairs. */
  readonly lengthOnlyAccuracy: number;
  readonly calibration: Calibration;
  /** On the kit's own adversarial pairs, where asked for. */
  readonly adversarial?: SubsetAccuracies;
}

export const rewardBenchStage = defineStage({
  name: 'reward-bench',
  module: __filename,
  summary: '4  measure a reward model on any pairs: by subset, at equal length, on adversarial pairs',
  fields,
  inputs: {
    model: slot('model', 'Hugging Face directory of the reward model'),
    pairs: slot('pairs', "file of preference pairs; a row's task names its subset"),
  },
  outputs: { bench: output('reward-bench.json', jsonFile<RewardBench>()) },
  async run({ model, pairs }, config: RewardBenchConfig, run) {
    const bench = await benchReward(model, pairs, config);
    writeJson(run.file('reward-bench.json'), bench);
    process.stderr.write(`${tableOf(bench)}\n`);
    const { all, lengthControlled, adversarial } = bench;
    return {
      pairs: pairs.length,
      accuracy: all.accuracy,
      accuracyCi: all.ci,
      lengthControlled,
      ece: bench.calibration.ece,
      ...(adversarial !== undefined && { adversarial: adversarial.all.accuracy }),
    };
  },
});

/** Scores pairs with a reward model and says where it is right. */
export async function benchReward(
  model: Model,
  pairs: readonly PreferencePair[],
  { adversarial, ...limits }: RewardBenchConfig,
): Promise<RewardBench> {
  const scorer = rewardScorer(model, limits);
  const scored = (own: readonly PreferencePair[]) =>
    scorePairs(scorer, own, (response) => model.tokenizer.encode(response).length);
  const given = await scored(pairs);
  return {
    ...subsetAccuracies(given),
    lengthOnlyAccuracy: lengthOnlyAccuracy(given),
    calibration: calibration(given),
    ...(adversarial && { adversarial: subsetAccuracies(await scored(adversarialPairs)) }),
  };
}

function tableOf({
  all,
  bySubset,
  chosenLonger,
  chosenShorter,
  lengthControlled,
  ...more
}: RewardBench): string {
  const percent = (share: number): string => (Number.isNaN(share) ? '' : (100 * share).toFixed(1));
  const row = (name: string, { n, accuracy, ci }: Share): string[] => [
    name,
    String(n),
    percent(accuracy),
    ci === undefined ? '' : ci.map(percent).join(' to '),
  ];
  const subsets = Object.entries(bySubset);
  const shown = subsets.length > 1 ? subsets : [];
  const adversarial = Object.entries(more.adversarial?.bySubset ?? {});
  const right = ['number', 'right, %', '95%'].map((head) => ({ head, align: 'right' as const }));
  return markdownTable(
    [{ head: 'pairs' }, ...right],
    [
      row('all', all),
      ...shown.map(([name, share]) => row(name, share)),
      row('chosen is longer', chosenLonger),
      row('chosen is shorter', chosenShorter),
      ['mean of these two', '', percent(lengthControlled), ''],
      ['the longer answer wins', String(all.n), percent(more.lengthOnlyAccuracy), ''],
      ...adversarial.map(([name, share]) => row(`adversarial: ${name}`, share)),
    ],
  );
}
