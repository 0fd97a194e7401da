/** Legends of several panels. */
import type { Panel } from '../../../evaluation/report/charts/panels';

/** The panels with every name in the legend once. */
export function namedOnce(panels: readonly Panel[]): Panel[] {
  const named = new Set<unknown>();
  return panels.map((panel) => ({
    ...panel,
    data: panel.data.map((trace) => {
      const isNew = trace['showlegend'] === true && !named.has(trace['name']);
      if (isNew) named.add(trace['name']);
      return { ...trace, showlegend: isNew };
    }),
  }));
}
