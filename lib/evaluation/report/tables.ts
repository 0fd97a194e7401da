/** Tables of the report. */
import { decimal, intervalText, percent, points, signed } from '../../number-text';
import { shownName } from '../../shown-names';
import type { PolicyResult } from '../policies';
import { html, type Html } from './html';
import type { AccountRow, ReportData } from './report-data';
import type { SeriesStyle } from './theme';

const three = (value: number): string => decimal(value, 3);

/** A column of the table of policies. */
interface Column {
  readonly head: string;
  readonly number: (result: PolicyResult) => string;
  readonly interval?: (result: PolicyResult) => string;
  /** Says nothing of the baseline, which would be compared with itself. */
  readonly compares?: boolean;
}

/**
 * A row a policy: quality, wins and losses against the baseline, length, distance; intervals under their numbers. On narrow screens each
 * row is a block, where every number carries the head of its column.
 */
export function policyTable(
  policies: Readonly<Record<string, PolicyResult>>,
  { baseline, qualityName }: Pick<ReportData, 'baseline' | 'qualityName'>,
  styles: ReadonlyMap<string, SeriesStyle>,
): Html {
  const columns = policyColumns(qualityName, shownName(baseline));
  const rows = Object.entries(policies).map(
    ([name, result]) =>
      html`<tr>
        <th scope="row" class="name">
          <span class="swatch" style="background:${styles.get(name)?.color}"></span>${shownName(name)}
        </th>
        ${columns.map(({ head, number, interval, compares = false }) =>
          compares && name === baseline
            ? html`<td class="number none">·</td>`
            : numberCell(head, number(result), interval?.(result)),
        )}
      </tr>`,
  );
  return html`<div class="scroll">
    <table class="stacking">
      <thead>
        <tr>
          <th>policy</th>
          ${columns.map(({ head }) => html`<th class="number">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function policyColumns(qualityName: string, baseline: string): readonly Column[] {
  return [
    {
      head: qualityName,
      number: ({ quality }) => three(quality),
      interval: ({ qualityCi }) => intervalText(qualityCi, three),
    },
    {
      head: `${qualityName} minus ${baseline}’s`,
      number: ({ qualityDifference: { difference } }) => signed(difference, 3),
      interval: ({ qualityDifference: { differenceCi } }) =>
        intervalText(differenceCi, (value) => signed(value, 3)),
      compares: true,
    },
    {
      head: 'win / tie / loss (%)',
      number: ({ wins, ties, losses }) =>
        [wins, ties, losses].map((share) => decimal(100 * share, 0)).join(' / '),
      compares: true,
    },
    {
      head: 'wins − losses (points)',
      number: ({ winMinusLoss }) => points(winMinusLoss),
      interval: ({ winMinusLossCi }) => intervalText(winMinusLossCi, points),
      compares: true,
    },
    { head: 'win rate', number: ({ winRate }) => percent(winRate), compares: true },
    {
      head: 'length-controlled win rate',
      number: (result) => percent(result.lengthControlledWinRate),
      interval: (result) => intervalText(result.lengthControlledWinRateCi, percent),
      compares: true,
    },
    { head: 'mean length (tokens)', number: ({ meanResponseTokens }) => decimal(meanResponseTokens, 1) },
    { head: 'KL (nats)', number: ({ kl }) => decimal(kl, 2), compares: true },
  ];
}

function numberCell(head: string, number: string, interval?: string): Html {
  return html`<td class="number" data-head="${head}">
    ${number}${interval === undefined ? undefined : html`<span class="interval">${interval}</span>`}
  </td>`;
}

/** Label, number, explanation. */
export function accountTable(rows: readonly AccountRow[]): Html {
  return html`<div class="scroll">
    <table class="account">
      <tbody>
        ${rows.map(
          ({ label, value, note }) =>
            html`<tr>
              <td>${label}</td>
              <td class="number">${typeof value === 'number' ? value.toLocaleString('en-US') : value}</td>
              <td class="note">${note}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
