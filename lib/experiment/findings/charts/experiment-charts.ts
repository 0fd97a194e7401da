/** The charts of an experiment, by the names of their files. */
import type { Chart } from '../../../evaluation/report/theme';
import type { Experiment } from '../../experiment';
import { conditionsChart, differencesChart } from './conditions';
import { coursesChart } from './courses';

export interface NamedChart {
  /** E.g. `conditions`. */
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly chart: Chart;
}

/** Those that there is something to draw for; none before the first result. */
export function experimentCharts(experiment: Experiment): NamedChart[] {
  if (!experiment.rows.some((row) => 'metrics' in row)) return [];
  const differences = differencesChart(experiment);
  const courses = coursesChart(experiment);
  return [
    {
      name: 'conditions',
      title: 'What was measured',
      note: 'Large marks are means over seeds with 95% t intervals; small dots are single seeds.',
      chart: conditionsChart(experiment),
    },
    ...(differences === undefined
      ? []
      : [
          {
            name: 'differences',
            title: 'Differences from the baseline',
            note: 'Paired by seed, and by prompt for metrics measured per prompt, with 95% intervals. A filled mark’s interval excludes 0: other seeds would very likely show the difference too, but one interval in twenty excludes 0 by chance.',
            chart: differences,
          },
        ]),
    ...(courses === undefined
      ? []
      : [
          {
            name: 'courses',
            title: 'Score and gold over the distance from SFT',
            note: 'Means over seeds; faint lines are single seeds, at most six curves. Where the score keeps rising while gold levels off or falls, the policy exploits the reward model.',
            chart: courses,
          },
        ]),
  ];
}
