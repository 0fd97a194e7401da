/** `table.md` of an experiment: conditions, differences, claims, how to read them, and where they come from. */
import { sum } from 'simple-statistics';
import type { Interval } from '../../intervals';
import type { ExperimentConfig } from '../config';
import { conditionsOf, settingsOfConditions } from '../conditions';
import {
  nameOfCondition,
  compareSettings,
  computedRows,
  failedRows,
  isBaseline,
  rowsOfCondition,
  type Experiment,
} from '../experiment';
import { markdownTable, type Column } from '../../markdown-table';
import { decimal, missing, signed } from '../../number-text';
import { bulletList, paragraph } from './paragraph';
import { decimalsFor, estimateText, minutesText, pText } from './result-text';
import { estimateMean, metricValues, type Comparison } from '../statistics/compare-conditions';
import { experimentVerdict, judgeClaims, type JudgedClaim } from '../statistics/verdict';

/** The whole file. */
export function resultsPage(experiment: Experiment): string {
  const { config } = experiment;
  const sections = [
    `# ${config.title}: results`,
    paragraph(config.question),
    ...(config.claims.length > 0
      ? ['## Claims', paragraph(verdictSentence(judgeClaims(experiment))), claimsTable(experiment)]
      : []),
    '## Conditions',
    isOnly(config)
      ? conditionsCaption(experiment)
      : paragraph(`${conditionsCaption(experiment)} Baseline: ${nameOfCondition(config, config.baseline)}.`),
    conditionsTable(experiment),
    ...(conditionsOf(config).length > 1
      ? [`## Differences from ${nameOfCondition(config, config.baseline)}`, differencesTable(experiment)]
      : []),
    '## How to read this',
    readingNotes(experiment),
    '## Run',
    runFacts(experiment),
    ...(failedRows(experiment).length > 0 ? ['## Failed', failedTable(experiment)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** What the table of conditions has. */
export function conditionsCaption({ config }: Experiment): string {
  return `Means over seeds with 95% intervals; ${counted(config.seeds.length, 'seed')} planned.`;
}

/** One sentence with the verdict on the whole experiment. */
export function verdictSentence(claims: readonly JudgedClaim[]): string {
  const count = (verdict: string): number => claims.filter((claim) => claim.verdict === verdict).length;
  const parts = [
    `${count('reproduced')} of ${claims.length} claims reproduced`,
    ...(count('contradicted') > 0 ? [`${count('contradicted')} contradicted`] : []),
    ...(count('not shown') > 0 ? [`${count('not shown')} not shown`] : []),
  ];
  const lost = claims.filter(
    ({ verdict, holdsAdjusted }) => verdict !== 'not shown' && !holdsAdjusted,
  ).length;
  const whole = { reproduced: 'Reproduced', partly: 'Partly reproduced', not: 'Not reproduced' } as const;
  const verdict = experimentVerdict(claims);
  const after =
    lost === 0
      ? ''
      : ` ${lost === 1 ? 'One verdict holds' : `${lost} verdicts hold`} by the claim's own interval, but not after Holm's adjustment.`;
  return `**${verdict === undefined ? 'Nothing is claimed' : whole[verdict]}**: ${parts.join(', ')}.${after}`;
}

/** Of every condition how many seeds it has, and of every metric mean and interval. */
export function conditionsTable(experiment: Experiment): string {
  const { config } = experiment;
  const conditions = settingsOfConditions(config);
  const rows = conditions.map((settings) => rowsOfCondition(experiment, settings));
  const texts = config.metrics.map((metric) => {
    const estimates = rows.map((own) => estimateMean(metricValues(own, metric)));
    const decimals = decimalsFor(estimates.flatMap((estimate) => bounds(estimate?.mean, estimate?.ci)));
    return estimates.map((estimate, i) => {
      if (estimate === undefined) return missing;
      const text = estimateText(estimate, (value) => decimal(value, decimals));
      return estimate.n === rows[i]?.length ? text : `${text} (${estimate.n} seeds)`;
    });
  });
  return tableOfConditions(
    config,
    conditions,
    { head: 'seeds', counts: rows.map(({ length }) => length) },
    texts,
  );
}

/** Of every condition but the baseline, for every metric, the paired difference to the baseline. */
export function differencesTable(experiment: Experiment): string {
  const { config } = experiment;
  const conditions = settingsOfConditions(config).filter((settings) => !isBaseline(config, settings));
  const comparisons = config.metrics.map((metric) =>
    conditions.map((settings) => compareSettings(experiment, settings, config.baseline, metric)),
  );
  const texts = comparisons.map((ofMetric) => {
    const decimals = decimalsFor(
      ofMetric.flatMap((comparison) => bounds(comparison?.difference, comparison?.ci)),
    );
    return ofMetric.map((comparison) => (comparison ? differenceText(comparison, decimals) : missing));
  });
  const counts = conditions.map((_, i) =>
    Math.max(0, ...comparisons.map((ofMetric) => ofMetric[i]?.seeds.length ?? 0)),
  );
  return tableOfConditions(config, conditions, { head: 'shared seeds', counts }, texts);
}

/** What is shown of a mean, where there is one. */
function bounds(mean: number | undefined, ci: Interval | null | undefined): number[] {
  return mean === undefined ? [] : [mean, ...(ci ?? [])];
}

/** One row per condition; one row per metric where there are more of these. @param texts by metric, then by condition. */
function tableOfConditions(
  config: ExperimentConfig,
  conditions: readonly Readonly<Record<string, string>>[],
  seeds: { readonly head: string; readonly counts: readonly number[] },
  texts: readonly (readonly string[])[],
): string {
  const { metrics } = config;
  if (metrics.length > conditions.length) {
    const heads = conditions.map((settings) => (isOnly(config) ? 'mean' : nameOfCondition(config, settings)));
    return markdownTable(
      [{ head: 'metric' }, ...heads.map((head): Column => ({ head, align: 'right' }))],
      [
        ...metrics.map((metric, i) => [metric, ...(texts[i] as readonly string[])]),
        [seeds.head, ...seeds.counts.map((count) => `${count}`)],
      ],
    );
  }
  const names = Object.keys(config.axes);
  return markdownTable(
    [
      ...names.map((head) => ({ head })),
      { head: seeds.head, align: 'right' },
      ...metrics.map((head): Column => ({ head, align: 'right' })),
    ],
    conditions.map((settings, i) => [
      ...names.map((axis) => settings[axis] ?? ''),
      `${seeds.counts[i]}`,
      ...texts.map((ofMetric) => ofMetric[i] as string),
    ]),
  );
}

/** Whether an experiment has one condition because nothing varies. */
function isOnly({ axes }: ExperimentConfig): boolean {
  return Object.keys(axes).length === 0;
}

/** A row a claim: what the paper says, what was measured, and whether it bears the claim out. */
export function claimsTable(experiment: Experiment): string {
  return markdownTable(
    [
      { head: 'claim' },
      { head: 'paper' },
      { head: 'compared' },
      { head: 'difference [95%]', align: 'right' },
      { head: 'seeds', align: 'right' },
      { head: 'effect', align: 'right' },
      { head: 'p', align: 'right' },
      { head: 'p (Holm)', align: 'right' },
      { head: 'verdict' },
    ],
    judgeClaims(experiment).map((judged) => {
      const { claim, comparison, p, adjustedP } = judged;
      return [
        claim.claim,
        claim.paper,
        comparedText(experiment.config, judged),
        comparison ? claimDifference(comparison) : missing,
        comparison ? seedsText(comparison) : '0',
        comparison ? effectText(comparison) : missing,
        pText(p),
        pText(adjustedP),
        verdictText(judged),
      ];
    }),
  );
}

/** `reproduced (own interval; not after Holm)`. */
function verdictText({ claim, verdict, holdsAdjusted }: JudgedClaim): string {
  const text =
    verdict === 'not shown' || holdsAdjusted ? verdict : `${verdict} (own interval; not after Holm)`;
  const expected = claim.expected === 'equal' ? `within ± ${claim.margin ?? 0}` : claim.expected;
  return `${text}; expected ${expected}`;
}

/** `reward.goldAccuracy: filter=both 0.78; filter=none 0.74`. */
export function comparedText(config: ExperimentConfig, { claim, comparison }: JudgedClaim): string {
  const { metric, againstMetric = metric } = claim;
  const decimals = comparison ? decimalsFor(comparison.means) : 0;
  const [a, b] = comparison?.means.map((value) => ` ${decimal(value, decimals)}`) ?? ['', ''];
  const [condition, against] = [
    nameOfCondition(config, claim.condition),
    nameOfCondition(config, claim.against),
  ];
  if (metric === againstMetric) return `${metric}: ${condition}${a}; ${against}${b}`;
  if (condition === against)
    return `${isOnly(config) ? '' : `${condition}: `}${metric}${a}; ${againstMetric}${b}`;
  return `${metric}, ${condition}${a}; ${againstMetric}, ${against}${b}`;
}

/** A claim's difference with its interval, in decimals of its own. */
function claimDifference(comparison: Comparison): string {
  return differenceText(comparison, decimalsFor([comparison.difference, ...(comparison.ci ?? [])]));
}

function differenceText({ difference, ci }: Comparison, decimals: number): string {
  return estimateText({ mean: difference, ci }, (value) => signed(value, decimals));
}

function seedsText({ seeds, unpaired, method }: Comparison): string {
  const left = unpaired === 0 ? '' : ` (${unpaired} unpaired)`;
  return `${seeds.length}${left}${method === 'prompts of one seed' ? ', over prompts' : ''}`;
}

function effectText({ effect, promptEffect, seeds }: Comparison): string {
  const overSeeds = effect === null ? (seeds.length < 2 ? 'one seed' : 'sd 0') : signed(effect, 1);
  return promptEffect === null ? overSeeds : `${overSeeds} (${signed(promptEffect, 2)})`;
}

/** How the tables are to be read: methods, and what several comparisons do to them. */
export function readingNotes(experiment: Experiment): string {
  const { config } = experiment;
  const conditions = conditionsOf(config);
  const comparisons = config.claims.map(({ condition, against, metric, againstMetric }) =>
    compareSettings(experiment, condition, against, metric, againstMetric),
  );
  const shown = (conditions.length - 1) * config.metrics.length;
  const notes = [
    'Means are over seeds, with a 95% t interval.',
    'Differences are paired by seed; only seeds that both conditions have are compared. For a metric measured per prompt, the interval covers both the hierarchical bootstrap (1,999 resamples of seeds, then of prompts within each seed) and the paired t interval over seeds. Other metrics have the paired t interval. A bootstrap over a few seeds alone would be too narrow.',
    'Effect is Cohen’s d over seeds: the mean of the differences divided by their standard deviation. It measures how consistent a difference is. In brackets: the difference in standard deviations of a single prompt’s value, which measures how large it is.',
    'A claim is reproduced when the whole interval is on the expected side (for equality: within the margin), contradicted when the whole interval is on the other side, and not shown otherwise. p belongs to the same interval: it is at most 0.05 where the interval decides, and never below 0.001 with a bootstrap.',
    `p (Holm) is adjusted for the ${counted(config.claims.length, 'claim')} of this experiment, not for those of others. Verdicts that hold only without the adjustment are marked.`,
    ...(shown > 0
      ? [
          `The ${shown} differences from the baseline are not adjusted: if none were real, about ${Math.round(shown / 20) || 'one'} of ${Math.round(shown / 20) ? shown : 'twenty such'} intervals would exclude 0.`,
        ]
      : []),
    ...(comparisons.some((comparison) => comparison !== undefined && comparison.unpaired > 0)
      ? ['Unpaired seeds exist for only one of the two conditions and are left out of the comparison.']
      : []),
  ];
  return bulletList(notes);
}

/** Where the numbers come from. */
export function runFacts(experiment: Experiment): string {
  const rows = computedRows(experiment);
  const distinct = (values: readonly string[]): string => [...new Set(values)].join('; ') || missing;
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b);
  const seconds = sum(rows.map((row) => row.seconds));
  const { config } = experiment;
  const conditions = conditionsOf(config).length;
  return markdownTable(
    [{ head: 'what' }, { head: 'value' }],
    [
      [
        'rows',
        `${rows.length} of ${conditions * config.seeds.length} (${counted(conditions, 'condition')}, ${counted(config.seeds.length, 'seed')})`,
      ],
      ['seeds', seeds.join(', ') || missing],
      ['engine', distinct(rows.map(({ engine }) => engine))],
      ['versions', distinct(rows.map(({ versions }) => versionsText(versions)))],
      [
        'processor',
        distinct(rows.map(({ processor }) => `${processor.model}, ${counted(processor.threads, 'thread')}`)),
      ],
      ['minutes', `${minutesText(seconds)} (stages that conditions share count in each condition)`],
    ],
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

/** A row a run that failed, with its error. */
export function failedTable(experiment: Experiment): string {
  return markdownTable(
    [{ head: 'condition' }, { head: 'seed', align: 'right' }, { head: 'error' }],
    failedRows(experiment).map(({ condition, seed, error }) => [condition, `${seed}`, codeSpan(error)]),
  );
}

/** A text as it is: no character of it is Markdown. */
function codeSpan(text: string): string {
  return `\`${text.replace(/\s+/g, ' ').replace(/`/g, '’').trim() || 'no message'}\``;
}
