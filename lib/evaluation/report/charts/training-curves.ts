/** What a training run logged, over its steps. */
import type { MetricsRow } from '../../../train/metrics';
import { chartName, neutral, type Chart, type SeriesStyle } from '../theme';
import { panelChart, type Panel } from './panels';

/** Runs that share metrics and are drawn over each other. */
export interface TrainingCurves {
  readonly title: string;
  readonly runs: readonly { readonly name: string; readonly rows: readonly MetricsRow[] }[];
}

/** Metrics worth a panel, in order of interest, with title and unit. */
const known: readonly MetricPanel[] = [
  ['objective/scores', 'Score', 'score'],
  ['objective/rlhf_reward', 'Reward', 'score'],
  ['objective/kl', 'KL to the reference', 'nats a response'],
  ['rewards/margins', 'Implicit reward margin', 'nats · β'],
  ['rewards/accuracies', 'Accuracy', 'fraction'],
  ['loss', 'Loss', 'nats'],
  ['eval_loss', 'Held-out loss', 'nats'],
  ['accuracy', 'Accuracy', 'fraction'],
  ['eval_accuracy', 'Held-out accuracy', 'fraction'],
  ['margin', 'Margin', 'score'],
  ['mean_token_accuracy', 'Token accuracy', 'fraction'],
  ['logps/chosen', 'Log-probability of chosen', 'nats a response'],
  ['policy/entropy_avg', 'Entropy', 'nats a token'],
  ['loss/sft_avg', 'SFT loss', 'nats a token'],
  ['grad_norm', 'Gradient norm', ''],
];

/** The most panels of a chart. */
const most = 4;

/** A metric of a run, with the title of its panel and its unit. */
export type MetricPanel = readonly [key: string, title: string, unit: string];

/** A panel a metric (the four most telling ones that were logged), a line a run. */
export function trainingCurves({ runs }: TrainingCurves, styles: ReadonlyMap<string, SeriesStyle>): Chart {
  const logged = known.filter(([key]) => runs.some(({ rows }) => rows.some((row) => row[key] !== undefined)));
  return metricPanels(runs, logged.slice(0, most), styles);
}

/**
 * A panel for each of the metrics named, a line a run.
 *
 * @param yaxis what the panels' y axes have in common.
 */
export function metricPanels(
  runs: TrainingCurves['runs'],
  metrics: readonly MetricPanel[],
  styles: ReadonlyMap<string, SeriesStyle>,
  yaxis: Panel['yaxis'] = {},
): Chart {
  return panelChart(
    metrics.map(([key, title, unit], panel) => ({
      title: chartName(title),
      data: runs.map(({ name, rows }) => {
        const { color, dash } = styles.get(name) ?? { color: neutral, dash: 'solid' };
        const present = rows.filter((row) => row[key] !== undefined);
        return {
          type: 'scatter',
          mode: present.length > 1 ? 'lines' : 'markers',
          name: chartName(name),
          legendgroup: chartName(name),
          showlegend: panel === 0,
          x: present.map(({ step }) => step),
          y: present.map((row) => row[key]),
          line: { color, dash, width: 2 },
          hovertemplate: `step %{x}: %{y:.4g}<extra>${chartName(name)}</extra>`,
        };
      }),
      xaxis: { title: { text: 'step' } },
      yaxis: { title: { text: unit }, ...yaxis },
    })),
    Math.min(2, metrics.length),
  );
}
