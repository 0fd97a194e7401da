/** The default pipeline over seeds: tables and a paragraph, made from the summaries of its runs. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { extent, max } from 'simple-statistics';
import type { PipelinePolicy, PipelineSummary, PolicySummary } from '../../evaluation/summary';
import { readJson } from '../../files';
import { estimateMean } from '../statistics/compare-conditions';
import { markdownTable } from '../../markdown-table';
import type { Marked } from './markers';
import { decimal, intervalText, percent, points } from '../../number-text';
import { shownName } from '../../shown-names';
import { paragraph } from './paragraph';
import { estimateText } from './result-text';

/** Where the tables are in the README.md of the runs' folder. */
export const pipelineRunsMarkers: Marked = { name: 'runs', madeBy: '`npx rlhf-kit experiment summary`' };

/** Where the sentence is in README.md. */
export const pipelineMarkers: Marked = { name: 'pipeline', madeBy: '`npx rlhf-kit experiment summary`' };

/**
 * What runs of the pipeline left, by engine and in the order of their seeds.
 *
 * @param folder with a folder an engine, and in it a `summary.json` a run under the name `seed-N.json`.
 */
export function readPipelineRuns(folder: string): Map<string, PipelineSummary[]> {
  if (!existsSync(folder)) return new Map();
  const engines = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    engines.map(({ name }) => [
      name,
      readdirSync(join(folder, name))
        .filter((file) => /^seed-\d+\.json$/.test(file))
        .map((file) => readJson<PipelineSummary>(join(folder, name, file)))
        .sort((a, b) => a.seed - b.seed),
    ]),
  );
}

const trained = ['dpo', 'ppo', 'ppoNoSftLoss'] as const satisfies readonly PipelinePolicy[];

/** A number of a run: the text of its cell, and where a mean over seeds says something, the number with its format. */
interface Line {
  readonly what: string;
  readonly cell: (run: PipelineSummary) => string;
  readonly mean?: {
    readonly value: (run: PipelineSummary) => number;
    readonly format: (value: number) => string;
  };
}

/** One table per engine: a row per metric, a column per seed, and the mean over seeds with its 95% t interval. */
export function pipelineTables(runs: ReadonlyMap<string, readonly PipelineSummary[]>): string {
  return [...runs].map(([engine, ofEngine]) => `**On \`${engine}\`**\n\n${table(ofEngine)}`).join('\n\n');
}

function table(runs: readonly PipelineSummary[]): string {
  const columns = [
    { head: '' },
    ...runs.map(({ seed }) => ({ head: `seed ${seed}` })),
    { head: 'mean [95%]' },
  ];
  const rows = lines.map(({ what, cell, mean }) => [
    what,
    ...runs.map(cell),
    mean === undefined ? '' : meanText(runs.map(mean.value), mean.format),
  ]);
  return markdownTable(columns, rows);
}

function meanText(values: readonly number[], format: (value: number) => string): string {
  const estimate = estimateMean(values);
  return estimate === undefined ? '' : estimateText(estimate, format);
}

const three = (value: number): string => decimal(value, 3);
const one = (value: number): string => decimal(value, 1);

function policyLines(
  what: string,
  policies: readonly PipelinePolicy[],
  value: (policy: PolicySummary) => number,
  format: (value: number) => string,
): Line[] {
  return policies.map((name) => ({
    what: `${what}, ${shownName(name)}`,
    cell: (run) => format(value(run.policies[name])),
    mean: { value: (run) => value(run.policies[name]), format },
  }));
}

/** How much of the plain model's score–length correlation debiasing takes out, as a share. */
function correlationCut({ reward: { scoreLengthCorrelation } }: PipelineSummary): number {
  return 1 - Math.abs(scoreLengthCorrelation.debiased) / Math.abs(scoreLengthCorrelation.plain);
}

/** The probe that a policy fails more often than SFT by the most, and by how much: a difference of shares ≤ 0. */
function largestFall({ policies }: PipelineSummary, policy: PipelinePolicy): { probe: string; fall: number } {
  const before = policies.sft.probes;
  const falls = Object.entries(policies[policy].probes).map(([probe, passed]) => ({
    probe,
    fall: Math.min(0, passed - (before[probe] ?? passed)),
  }));
  return falls.reduce((least, other) => (other.fall < least.fall ? other : least), { probe: '', fall: 0 });
}

const lines: readonly Line[] = [
  ...trained.map((name): Line => ({
    what: `wins − losses against SFT, points [95%], ${shownName(name)}`,
    cell: ({ policies: { [name]: policy } }) =>
      `${points(policy.winMinusLoss)} ${intervalText(policy.winMinusLossCi, points)}`,
    mean: { value: (run) => run.policies[name].winMinusLoss, format: points },
  })),
  ...policyLines('wins at equal length', trained, (policy) => policy.lengthControlledWinRate, percent),
  ...policyLines('gold', ['sft', ...trained], (policy) => policy.gold, three),
  ...policyLines('KL, nats', trained, ({ kl }) => kl, one),
  ...policyLines('tokens per answer', ['sft', ...trained], (policy) => policy.meanResponseTokens, one),
  ...trained.map((name): Line => ({
    what: `largest drop of a probe, points, ${shownName(name)}`,
    cell: (run) => {
      const { probe, fall } = largestFall(run, name);
      return fall === 0 ? 'none' : `${points(fall)} (${shownName(probe)})`;
    },
  })),
  {
    what: 'score–length correlation at equal quality, plain → debiased',
    cell: ({ reward: { scoreLengthCorrelation: r } }) => `${three(r.plain)} → ${three(r.debiased)}`,
  },
  {
    what: 'correlation cut by',
    cell: (run) => percent(correlationCut(run)),
    mean: { value: correlationCut, format: percent },
  },
  {
    what: 'reward model’s gold accuracy, plain → debiased',
    cell: ({ reward }) => `${percent(reward.plainGoldAccuracy)} → ${percent(reward.goldAccuracy)}`,
  },
  {
    what: 'gain in gold accuracy, points',
    cell: ({ reward }) => points(reward.goldAccuracy - reward.plainGoldAccuracy),
    mean: { value: ({ reward }) => reward.goldAccuracy - reward.plainGoldAccuracy, format: points },
  },
  {
    what: 'accuracy on held-out labels (noise ceiling)',
    cell: ({ reward }) => `${percent(reward.accuracy)} (${percent(reward.noiseCeiling)})`,
    mean: { value: ({ reward }) => reward.accuracy, format: percent },
  },
  {
    what: 'length-only accuracy, before → after balancing',
    cell: ({ reward: { lengthOnlyAccuracy: accuracy } }) =>
      `${percent(accuracy.before)} → ${percent(accuracy.after)}`,
  },
  { what: 'seconds, two cores', cell: ({ wallSeconds }) => decimal(wallSeconds, 0) },
];

/** What the runs show, from the least to the most over seeds; undefined without runs. */
export function pipelineSentence(runs: readonly PipelineSummary[]): string | undefined {
  if (runs.length === 0) return undefined;
  const wins = (name: PipelinePolicy): string =>
    range(runs.map((run) => 100 * run.policies[name].winMinusLoss));
  const falls = (names: readonly PipelinePolicy[]): string =>
    range(
      runs.map((run) => max(names.map((name) => -100 * largestFall(run, name).fall))),
      0,
    );
  const cut = range(
    runs.map((run) => 100 * correlationCut(run)),
    0,
  );
  return paragraph(
    `The default pipeline over seeds ${runs.map(({ seed }) => seed).join(', ')}: by the gold judge, DPO beats SFT by ${wins('dpo')} points (wins − losses) and PPO by ${wins('ppo')}. Debiasing cuts the reward model's score–length correlation by ${cut}%. The capability probe that drops most drops by ${falls(['dpo', 'ppo'])} points with the SFT loss and by ${falls(['ppoNoSftLoss'])} without it.`,
  );
}

/** `15.4 to 19.2`. */
function range(values: readonly number[], decimals = 1): string {
  const [low, high] = extent(values).map((value) => decimal(value, decimals));
  return low === high ? `${low}` : `${low} to ${high}`;
}
