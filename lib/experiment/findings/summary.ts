/** The summary of all experiments: one line per claim, made from the committed configurations and results. */
import { sum } from 'simple-statistics';
import { computedRows, type Experiment } from '../experiment';
import { markdownTable, type Column } from '../../markdown-table';
import type { Marked } from './markers';
import { decimal, intervalText, missing, signed } from '../../number-text';
import { paragraph } from './paragraph';
import { decimalsFor, minutesText } from './result-text';
import { judgeClaims, type JudgedClaim } from '../statistics/verdict';

/** Where the summary is in docs/results.md. */
export const summaryMarkers: Marked = { name: 'experiments', madeBy: '`npx rlhf-kit experiment summary`' };

/** Where an experiment's results are in its README.md. */
export const resultsMarkers: Marked = { name: 'results', madeBy: '`npx rlhf-kit experiment run`' };

/** Where all claims are in experiments/README.md. */
export const claimsMarkers: Marked = { name: 'claims', madeBy: '`npx rlhf-kit experiment summary`' };

/** The table for docs/results.md: each experiment's first claim, which is its main one, and how many of its claims hold. */
export function experimentsSummary(experiments: readonly Experiment[]): string {
  const judged = judgedExperiments(experiments);
  const rows = judged.flatMap(({ experiment, claims }) => {
    const [first] = claims;
    if (first === undefined) return [];
    const { name } = experiment.config;
    return [
      [
        `[${name}](../experiments/${name}/README.md)`,
        ...claimCells(experiment, first),
        computedRows(experiment).length === 0 ? missing : countsText(claims),
        minutesOf(experiment),
      ],
    ];
  });
  const table = markdownTable(
    [
      { head: '`experiment run`' },
      ...claimColumns,
      { head: 'all its claims' },
      { head: 'minutes', align: 'right' },
    ],
    rows,
  );
  return [paragraph(summarySentence(judged)), table].join('\n\n');
}

/** Every claim of every experiment, one line each. */
export function allClaims(experiments: readonly Experiment[]): string {
  const rows = judgedExperiments(experiments).flatMap(({ experiment, claims }) =>
    claims.map((claim, i) => {
      const { name } = experiment.config;
      return [i === 0 ? `[${name}](${name}/README.md)` : '', ...claimCells(experiment, claim)];
    }),
  );
  return markdownTable([{ head: 'experiment' }, ...claimColumns], rows);
}

interface JudgedExperiment {
  readonly experiment: Experiment;
  readonly claims: readonly JudgedClaim[];
}

function judgedExperiments(experiments: readonly Experiment[]): JudgedExperiment[] {
  return experiments.map((experiment) => ({ experiment, claims: judgeClaims(experiment) }));
}

const claimColumns: readonly Column[] = [
  { head: 'claim' },
  { head: 'paper' },
  { head: 'here' },
  { head: '95% interval' },
  { head: 'verdict' },
];

function claimCells(experiment: Experiment, claim: JudgedClaim): string[] {
  const verdict = computedRows(experiment).length === 0 ? 'not run yet' : summaryVerdict(claim);
  return [claim.claim.claim, claim.claim.paper, hereText(claim), intervalOf(claim), verdict];
}

/** `1 of 5 reproduced, 2 contradicted`. */
function countsText(claims: readonly JudgedClaim[]): string {
  const contradicted = countOf(claims, 'contradicted');
  return `${countOf(claims, 'reproduced')} of ${claims.length} reproduced${contradicted === 0 ? '' : `, ${contradicted} contradicted`}`;
}

function countOf(claims: readonly JudgedClaim[], verdict: JudgedClaim['verdict']): number {
  return claims.filter((claim) => claim.verdict === verdict).length;
}

function summarySentence(judged: readonly JudgedExperiment[]): string {
  const run = judged.filter(({ experiment }) => computedRows(experiment).length > 0);
  const claims = run.flatMap((one) => one.claims);
  return `${run.length} of ${judged.length} experiments have been run. Of their ${claims.length} claims, ${countOf(claims, 'reproduced')} are reproduced, ${countOf(claims, 'contradicted')} contradicted and ${countOf(claims, 'not shown')} not shown ([full list](../experiments/README.md)). Verdicts follow from the 95% interval of a paired difference over seeds, and over prompts for metrics measured per prompt. A verdict that does not survive Holm’s adjustment for the claims of its experiment is marked. Minutes add up all conditions; a stage that several conditions share counts in each of them.`;
}

/** `+0.064 (0.775 against 0.711)`. */
function hereText({ comparison }: JudgedClaim): string {
  if (comparison === undefined) return missing;
  const decimals = decimalsOf(comparison);
  const [a, b] = comparison.means.map((value) => decimal(value, decimals));
  return `${signed(comparison.difference, decimals)} (${a} against ${b})`;
}

function intervalOf({ comparison }: JudgedClaim): string {
  if (comparison === undefined || comparison.ci === null) return missing;
  const decimals = decimalsOf(comparison);
  return intervalText(comparison.ci, (value) => signed(value, decimals));
}

/** As many as the difference needs. */
function decimalsOf({ difference, ci }: NonNullable<JudgedClaim['comparison']>): number {
  return decimalsFor([difference, ...(ci ?? [])]);
}

function summaryVerdict({ verdict, holdsAdjusted }: JudgedClaim): string {
  return verdict === 'not shown' || holdsAdjusted ? verdict : `${verdict} (not after Holm)`;
}

function minutesOf(experiment: Experiment): string {
  const rows = computedRows(experiment);
  return rows.length === 0 ? missing : minutesText(sum(rows.map(({ seconds }) => seconds)));
}
