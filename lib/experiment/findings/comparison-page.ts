/** Two conditions beside each other, for people. */
import { markdownTable } from '../../markdown-table';
import { decimal, intervalText, missing, signed } from '../../number-text';
import type { Comparison } from '../statistics/compare-conditions';
import { decimalsFor, pText } from './result-text';

export interface ComparedConditions {
  readonly experiment: string;
  readonly condition: string;
  readonly against: string;
  /** By metric; undefined where no seed has it in both. */
  readonly metrics: Readonly<Record<string, (Comparison & { readonly p: number | null }) | undefined>>;
}

/** One row per metric: both means, the paired difference with its 95% interval, p and the number of shared seeds. */
export function comparisonPage({ experiment, condition, against, metrics }: ComparedConditions): string {
  const rows = Object.entries(metrics).map(([metric, compared]) => {
    if (compared === undefined) return [metric, missing, missing, missing, missing, '0'];
    const { means, difference, ci, p, seeds } = compared;
    const decimals = decimalsFor([...means, difference, ...(ci ?? [])]);
    const change = signed(difference, decimals);
    return [
      metric,
      ...means.map((value) => decimal(value, decimals)),
      ci === null ? change : `${change} ${intervalText(ci, (bound) => signed(bound, decimals))}`,
      pText(p),
      `${seeds.length}`,
    ];
  });
  const columns = ['metric', 'condition', 'against', 'difference', 'p', 'seeds'];
  return [
    `${experiment}: ${condition} against ${against}`,
    '',
    markdownTable(
      columns.map((head, i) => ({ head, align: i === 0 ? ('left' as const) : ('right' as const) })),
      rows,
    ),
    '',
    'Differences are paired by seed, with 95% intervals.',
  ].join('\n');
}
