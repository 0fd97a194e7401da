/** What bucket length balancing does to the training pairs. */
import type { Chart } from '../../evaluation/report/theme';
import type { LengthBalanceAccount } from '../../reward/debias/bucket-balance';
import { barChart } from './bars';

/** How often the longer answer is the chosen one, by bucket of length difference, before and after. */
export function lengthBalanceChart({ buckets }: LengthBalanceAccount): Chart {
  const shares = (side: 'before' | 'after') =>
    Object.fromEntries(
      buckets.map(({ minDifference, maxDifference, [side]: { longerChosen, shorterChosen } }) => [
        rangeText(minDifference, maxDifference),
        (100 * longerChosen) / (longerChosen + shorterChosen),
      ]),
    );
  const chart = barChart(
    { before: shares('before'), after: shares('after') },
    'longer answer chosen (% of pairs)',
  );
  const xaxis = {
    ...(chart.layout['xaxis'] as object),
    title: { text: 'how much longer it is (tokens)' },
    // Names that are whole numbers come first in an object.
    categoryorder: 'array',
    categoryarray: buckets.map(({ minDifference, maxDifference }) => rangeText(minDifference, maxDifference)),
  };
  return { ...chart, layout: { ...chart.layout, xaxis } };
}

function rangeText(min: number, max: number): string {
  return min === max ? `${min}` : `${min} to ${max}`;
}
