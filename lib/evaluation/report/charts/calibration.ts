/** Reliability diagram: how often the reward model is right when it says it is p sure. */
import { wilsonInterval } from '../../../intervals';
import { percent } from '../../../number-text';
import { chartName, neutral, translucent, type Chart, type SeriesStyle } from '../theme';
import { errorBars, legendAbove } from './panels';

export interface ReliabilityCurve {
  /** Of the reward model. */
  readonly name: string;
  /** Expected calibration error, a fraction. */
  readonly ece: number;
  /** Mean predicted probability and observed frequency of the n pairs in each bin. */
  readonly bins: readonly { readonly confidence: number; readonly frequency: number; readonly n: number }[];
}

/** One line a reward model beside the diagonal of perfect calibration, with Wilson intervals. */
export function reliabilityDiagram(
  curves: readonly ReliabilityCurve[],
  styles: ReadonlyMap<string, SeriesStyle>,
): Chart {
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        x: [0, 1],
        y: [0, 1],
        line: { color: neutral, width: 1.2, dash: 'dot' },
        name: 'perfect',
        hoverinfo: 'skip',
      },
      ...curves.map(({ name, ece, bins }) => {
        const { color, symbol, dash } = styles.get(name) ?? {
          color: neutral,
          symbol: 'circle',
          dash: 'solid',
        };
        return {
          type: 'scatter',
          mode: 'lines+markers',
          name: `${chartName(name)} (ECE ${percent(ece)})`,
          x: bins.map(({ confidence }) => confidence),
          y: bins.map(({ frequency }) => frequency),
          error_y: {
            ...errorBars(bins.map(({ frequency: value, n }) => ({ value, ci: wilsonInterval(value, n) }))),
            color: translucent(color, 0.45),
            thickness: 1.5,
            width: 0,
          },
          line: { color, dash, width: 2 },
          marker: { color, symbol, size: 7.5 },
          customdata: bins.map(({ n }) => n),
          hovertemplate: `predicted %{x:.1%}, observed %{y:.1%} of %{customdata} pairs<extra>${chartName(name)}</extra>`,
        };
      }),
    ],
    layout: {
      height: 380,
      margin: { l: 56, r: 28, t: 40, b: 48 },
      legend: legendAbove,
      xaxis: {
        title: { text: 'predicted probability of being preferred' },
        range: [0, 1],
        dtick: 0.25,
        tickformat: '.0%',
      },
      yaxis: { title: { text: 'observed share preferred' }, range: [0, 1], dtick: 0.25, tickformat: '.0%' },
    },
  };
}
