/** The end of the pipeline: `summary.json` and the report, from the files of the stages alone. */
import { frontierByStep, pointAt } from '../evaluation/frontier';
import { renderReport } from '../evaluation/report/report';
import type { AccountRow, Highlight, ReportData } from '../evaluation/report/report-data';
import {
  pipelinePolicies,
  policySummary,
  type PipelinePolicy,
  type PipelineSummary,
  type PolicySummary,
} from '../evaluation/summary';
import { sideBySide } from '../evaluation/side-by-side';
import { readJson, readJsonLines, writeFileAtomically, writeJson } from '../files';
import type { FilterReport } from '../filter/report';
import { decimal, percent, points } from '../number-text';
import type { LengthBalanceAccount } from '../reward/debias/bucket-balance';
import type { RewardScorecard } from '../reward/scorecard/scorecard';
import { shownName } from '../shown-names';
import type { MetricsRow } from '../train/metrics';
import { versions } from '../train/versions';
import type { PipelineConfig } from './config';
import { policyFolders, type EvaluatedRollout, type PipelineEvaluation } from './evaluate';
import { rewardVariants, type RewardVariant } from './reward-variants';
import type { VariantScorecard } from './scorecards';
import { trainingSamples } from './training-samples';

export interface RunOutcome {
  readonly engine: string;
  readonly command: string;
  /** Seconds of every step, in order. */
  readonly stageSeconds: Readonly<Record<string, number>>;
  /** Seconds in which stages ran; those that ran at the same time count once. */
  readonly wallSeconds: number;
}

/** Points of the frontier along a training run. */
const frontierBins = 12;
/** Prompts whose answers stand side by side in the report. */
const shownPrompts = 12;

export async function summarize(
  config: PipelineConfig,
  { engine, command, stageSeconds, wallSeconds }: RunOutcome,
  out: (path: string) => string,
): Promise<PipelineSummary> {
  const filter = readJson<FilterReport>(out('filter/report.json'));
  const scorecards = Object.fromEntries(
    rewardVariants.map((variant) => [variant, readJson<VariantScorecard>(out(`scorecards/${variant}.json`))]),
  ) as Record<RewardVariant, VariantScorecard>;
  const balance = readJson<LengthBalanceAccount>(out('reward-debiased/length-balance.json'));
  const { policies, probes } = readJson<PipelineEvaluation>(out('evaluation/evaluation.json'));
  const residual = readJson<RewardScorecard>(out('scorecards/length-residual.json'));
  const { plain, debiased } = scorecards;
  const summary: PipelineSummary = {
    engine,
    seed: config.seed,
    wallSeconds,
    filter: {
      comparisons: filter.comparisons,
      ties: filter.ties,
      cyclic: filter.cyclic,
      duplicates: filter.duplicates,
      kept: filter.kept,
    },
    reward: {
      accuracy: debiased.accuracy.accuracy,
      goldAccuracy: debiased.goldAccuracy?.accuracy ?? Number.NaN,
      plainGoldAccuracy: plain.goldAccuracy?.accuracy ?? Number.NaN,
      noiseCeiling: filter.noiseCeiling?.label ?? Number.NaN,
      ece: debiased.calibration.ece,
      scoreMean: debiased.scores.mean,
      scoreStd: debiased.scores.std,
      lengthOnlyAccuracy: balance.lengthOnlyAccuracy,
      scoreLengthCorrelation: {
        plain: plain.scoreLengthCorrelation.equalQuality ?? Number.NaN,
        debiased: debiased.scoreLengthCorrelation.equalQuality ?? Number.NaN,
      },
    },
    policies: Object.fromEntries(
      pipelinePolicies.map((policy) => {
        const result = policies[policy];
        if (result === undefined) throw new Error(`evaluation.json has no policy ${policy}`);
        return [policy, policySummary(result, probes[policy] ?? {})];
      }),
    ) as Record<PipelinePolicy, PolicySummary>,
  };
  writeJson(out('summary.json'), summary);

  const rollouts = await readJsonLines<EvaluatedRollout>(out('evaluation/rollouts.jsonl'));
  const data: ReportData = {
    title: 'From comparisons to policies',
    lead: 'Supervised fine-tuning, simulated annotators, filter, a reward model with and without length debiasing, DPO and PPO, judged by gold, which is known in the embedded world.',
    run: {
      engine,
      seed: config.seed,
      wallSeconds: summary.wallSeconds,
      versions: versions(),
      command,
      stageSeconds,
    },
    policyNames: pipelinePolicies,
    baseline: 'sft',
    qualityName: 'gold',
    besidePaper: true,
    highlights: highlights(summary),
    policies,
    responses: rollouts.map(({ policy, task, responseTokens, proxy, quality }) => ({
      policy,
      ...(task !== undefined && { task }),
      tokens: responseTokens,
      proxy,
      quality,
    })),
    filter: { account: filterAccount(filter), agreement: agreementAccount(filter) },
    rewardAccount: rewardAccount(summary, plain, residual),
    scoreLength: rewardVariants.map((variant) => ({
      name: variant,
      points: scorecards[variant].responses.map(({ length, ...response }) => ({
        tokens: length,
        ...response,
      })),
    })),
    calibration: rewardVariants.map((variant) => ({ name: variant, ...scorecards[variant].calibration })),
    frontier: [
      ...(await Promise.all(
        (['dpo', 'ppo', 'ppoNoSftLoss'] as const).map(async (policy) => ({
          name: policy,
          points: frontierByStep(
            await trainingSamples(config, out(`${policyFolders[policy]}/samples.jsonl`)),
            frontierBins,
          ),
        })),
      )),
      { name: 'best-of-n', points: debiased.bestOfN.map((point) => ({ ...point, ...pointAt(point.kl) })) },
    ],
    probes,
    training: [
      await curves('PPO', { ppo: 'ppo', ppoNoSftLoss: 'ppo-no-sft-loss' }, out),
      await curves('DPO', { dpo: 'dpo' }, out),
      await curves('Reward model', { plain: 'reward-plain', debiased: 'reward-debiased' }, out),
      await curves('SFT', { sft: 'sft' }, out),
    ],
    samples: sideBySide(rollouts, shownPrompts),
  };
  writeFileAtomically(out('report.html'), renderReport(data));
  return summary;
}

async function curves(title: string, runs: Readonly<Record<string, string>>, out: (path: string) => string) {
  const read = Object.entries(runs).map(async ([name, folder]) => ({
    name,
    rows: await readJsonLines<MetricsRow>(out(`${folder}/metrics.jsonl`)),
  }));
  return { title, runs: await Promise.all(read) };
}

const two = (value: number): string => decimal(value, 2);
const three = (value: number): string => decimal(value, 3);

function highlights({ policies, reward }: PipelineSummary): Highlight[] {
  const wins = (policy: PipelinePolicy): { label: string; value: string; note: string } => {
    const { winMinusLoss, winMinusLossCi: ci } = policies[policy];
    return {
      label: `${shownName(policy)}: wins − losses against ${shownName('sft')}`,
      value: `${points(winMinusLoss)} points`,
      note: `95% interval ${points(ci[0])} to ${points(ci[1])} points`,
    };
  };
  const { plain, debiased } = reward.scoreLengthCorrelation;
  return [
    wins('ppo'),
    wins('dpo'),
    {
      label: 'score–length correlation at equal quality',
      value: `${two(plain)} → ${two(debiased)}`,
      note: 'plain → debiased reward model',
    },
    {
      label: 'reward model: gold accuracy',
      value: percent(reward.goldAccuracy),
      note: `plain ${percent(reward.plainGoldAccuracy)}`,
    },
  ];
}

function filterAccount(filter: FilterReport): AccountRow[] {
  return [
    { label: 'votes', value: filter.votes, note: `${filter.tieVotes} of them ties` },
    { label: 'pairs of answers compared', value: filter.items },
    { label: 'ties', value: filter.ties, note: 'no answer has more wins: removed' },
    { label: 'cyclic', value: filter.cyclic, note: `in ${filter.promptsWithCycles} prompts: removed` },
    { label: 'duplicate votes', value: filter.duplicates },
    { label: 'kept', value: filter.kept, note: 'pairs that train and test the reward models' },
  ];
}

function agreementAccount(filter: FilterReport): AccountRow[] {
  return [
    {
      label: 'Krippendorff’s α',
      value: filter.alpha === null ? 'none' : three(filter.alpha),
      note: '0 is chance, 1 perfect agreement',
    },
    {
      label: 'longer answer preferred',
      value: filter.longerPreferred === null ? 'none' : percent(filter.longerPreferred),
      note: 'of the votes that are no ties',
    },
    {
      label: 'label-noise ceiling',
      value: filter.noiseCeiling === null ? 'none' : percent(filter.noiseCeiling.label),
      note: 'how often a perfect judge would agree with the labels',
    },
  ];
}

function rewardAccount(
  { reward }: PipelineSummary,
  plain: VariantScorecard,
  residual: RewardScorecard,
): AccountRow[] {
  const correlation = reward.scoreLengthCorrelation;
  return [
    {
      label: 'accuracy on held-out labels',
      value: percent(reward.accuracy),
      note: `plain ${percent(plain.accuracy.accuracy)}; ceiling ${percent(reward.noiseCeiling)}`,
    },
    {
      label: 'accuracy on gold',
      value: percent(reward.goldAccuracy),
      note: `plain ${percent(reward.plainGoldAccuracy)}; plain less its length residual ${percent(residual.goldAccuracy?.accuracy ?? Number.NaN)}`,
    },
    {
      label: 'score–length correlation at equal quality',
      value: two(correlation.debiased),
      note: `plain ${two(correlation.plain)}; plain less its length residual ${two(residual.scoreLengthCorrelation.equalQuality ?? Number.NaN)}`,
    },
    {
      label: 'calibration error',
      value: three(reward.ece),
      note: `plain ${three(plain.calibration.ece)}`,
    },
    {
      label: 'accuracy of “the longer answer wins”',
      value: `${percent(reward.lengthOnlyAccuracy.before)} → ${percent(reward.lengthOnlyAccuracy.after)}`,
      note: 'training pairs before and after bucket balancing',
    },
    {
      label: 'score',
      value: `${two(reward.scoreMean)} ± ${two(reward.scoreStd)}`,
      note: 'mean and standard deviation on SFT samples',
    },
  ];
}
