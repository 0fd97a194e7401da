/** Shares over the steps of training, all on the scale from nothing to everything: small changes look small. */
import { metricPanels } from '../../evaluation/report/charts/training-curves';
import type { Chart } from '../../evaluation/report/theme';

/** As `metricPanels`, for metrics that are shares. */
export function sharePanels(...[runs, metrics, styles]: Parameters<typeof metricPanels>): Chart {
  return metricPanels(runs, metrics, styles, { range: [0, 1.05], tickformat: '.0%' });
}
