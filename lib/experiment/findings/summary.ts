/** The summary of all experiments: a line a claim, made from the committed configurations and results. */
import { computedRows, type Experiment } from '../experiment';
import { markdownTable } from './markdown-table';
import type { Marked } from './markers';
import { decimal, decimalsFor, intervalText, minutesText, missing, signed } from './number-text';
import { judgeClaims, type JudgedClaim } from '../statistics/verdict';

/** Where it stands in README.md. */
export const summaryMarkers: Marked = { name: 'experiments', madeBy: '`npx rlhf-kit experiment summary`' };

/** Where an experiment's results stand in its README.md. */
export const resultsMarkers: Marked = { name: 'results', madeBy: '`npx rlhf-kit experiment run`' };

/** What README.md has between the markers. Experiments in the order given; those without claims have no line. */
export function experimentsSummary(experiments: readonly Experiment[]): string {
  const judged = experiments.map((experiment) => ({ experiment, claims: judgeClaims(experiment) }));
  const rows = judged.flatMap(({ experiment, claims }) =>
    claims.map((claim, i) => {
      const { name } = experiment.config;
      return [
        `${i === 0 ? `[${name.split('-')[0]}](experiments/${name}/README.md) ` : ''}${claim.claim.claim}`,
        claim.claim.paper,
        hereText(claim),
        intervalOf(claim),
        computedRows(experiment).length === 0 ? 'not run yet' : summaryVerdict(claim),
        i === 0 ? `\`experiment run experiments/${name}\`` : '',
        i === 0 ? minutesOf(experiment) : '',
      ];
    }),
  );
  return [summarySentence(judged.flatMap(({ claims }) => claims)), summaryTable(rows)].join('\n\n');
}

function summaryTable(rows: readonly (readonly string[])[]): string {
  return markdownTable(
    [
      { head: 'claim' },
      { head: 'paper' },
      { head: 'here' },
      { head: '95% interval' },
      { head: 'verdict' },
      { head: 'command' },
      { head: 'minutes', align: 'right' },
    ],
    rows,
  );
}

function summarySentence(claims: readonly JudgedClaim[]): string {
  const count = (verdict: string): number => claims.filter((claim) => claim.verdict === verdict).length;
  return `Of ${claims.length} claims ${count('reproduced')} are reproduced, ${count('contradicted')} contradicted and ${count('not shown')} not shown: by the 95% interval of a paired difference over seeds, and over prompts where they are measured. Where a verdict does not stand after Holm’s adjustment for the claims of its experiment, it says so. Minutes are those of all cells, with what cells share counted in each.`;
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
  return rows.length === 0 ? missing : minutesText(rows.reduce((sum, { seconds }) => sum + seconds, 0));
}
