/** Shares over the steps of training, all on the scale from nothing to everything: small changes look small. */
import { metricPanels } from '../../evaluation/report/charts/training-curves';
import type { Chart } from '../../evaluation/report/theme';

/** As `metricPanels`, for metrics that are shares. */
export function sharePanels(...given: Parameters<typeof metricPanels>): Chart {
  const { data, layout } = metricPanels(...given);
  const axes = Object.entries(layout).filter(([key]) => key.startsWith('yaxis')) as [string, object][];
  return {
    data,
    layout: {
      ...layout,
      ...Object.fromEntries(
        axes.map(([key, axis]) => [key, { ...axis, range: [0, 1.05], tickformat: '.0%' }]),
      ),
    },
  };
}
