/** Tables of the report. */
import { decimal, intervalText, percent, points } from '../../number-text';
import type { PolicyResult } from '../policies';
import { html, type Html } from './html';
import type { AccountRow, ReportData } from './report-data';
import type { SeriesStyle } from './theme';

const three = (value: number): string => decimal(value, 3);

/** A row a policy: quality, wins and losses against the baseline, length, distance; intervals under their numbers. */
export function policyTable(
  policies: Readonly<Record<string, PolicyResult>>,
  { baseline, qualityName }: Pick<ReportData, 'baseline' | 'qualityName'>,
  styles: ReadonlyMap<string, SeriesStyle>,
): Html {
  const rows = Object.entries(policies).map(([name, result]) => {
    const compared = (number: string, interval?: string): Html =>
      name === baseline ? html`<td class="number">·</td>` : numberCell(number, interval);
    return html`<tr>
      <td class="name"><span class="swatch" style="background:${styles.get(name)?.color}"></span>${name}</td>
      ${numberCell(three(result.quality), intervalText(result.qualityCi, three))}
      ${compared(
        three(result.qualityDifference.difference),
        intervalText(result.qualityDifference.differenceCi, three),
      )}
      ${compared([result.wins, result.ties, result.losses].map((share) => (100 * share).toFixed(0)).join(' / '))}
      ${compared(points(result.winMinusLoss), intervalText(result.winMinusLossCi, points))}
      ${compared(percent(result.winRate))}
      ${compared(percent(result.lengthControlledWinRate), intervalText(result.lengthControlledWinRateCi, percent))}
      ${numberCell(result.meanResponseTokens.toFixed(1))} ${compared(result.kl.toFixed(2))}
    </tr>`;
  });
  const heads = [
    qualityName,
    `minus ${baseline}`,
    'win / tie / loss (%)',
    'wins − losses (points)',
    'win rate',
    'length-controlled',
    'mean tokens',
    'KL (nats)',
  ];
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>policy</th>
          ${heads.map((head) => html`<th class="number">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function numberCell(number: string, interval?: string): Html {
  return html`<td class="number">
    ${number}${interval === undefined ? undefined : html`<span class="interval">${interval}</span>`}
  </td>`;
}

/** Label, number, explanation. */
export function accountTable(rows: readonly AccountRow[]): Html {
  return html`<div class="scroll">
    <table>
      <tbody>
        ${rows.map(
          ({ label, value, note }) =>
            html`<tr>
              <td>${label}</td>
              <td class="number">${typeof value === 'number' ? value.toLocaleString('en-US') : value}</td>
              <td>${note}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
