/** The figures of an experiment, by the names of their files. */
import type { Figure } from '../../../evaluation/report/theme';
import type { Experiment } from '../../experiment';
import { conditionsFigure, differencesFigure } from './conditions';
import { coursesFigure } from './courses';

export interface NamedFigure {
  /** E.g. `conditions`. */
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly figure: Figure;
}

/** Those that there is something to draw for; none before the first result. */
export function experimentFigures(experiment: Experiment): NamedFigure[] {
  if (!experiment.rows.some((row) => 'metrics' in row)) return [];
  const differences = differencesFigure(experiment);
  const courses = coursesFigure(experiment);
  return [
    {
      name: 'conditions',
      title: 'What was measured',
      note: 'Large marks are means over seeds with 95% t intervals; small dots are single seeds.',
      figure: conditionsFigure(experiment),
    },
    ...(differences === undefined
      ? []
      : [
          {
            name: 'differences',
            title: 'Differences from the baseline',
            note: 'Paired by seed, and by prompt for metrics measured per prompt, with 95% intervals. A filled mark’s interval excludes 0: other seeds would very likely show the difference too, but one interval in twenty excludes 0 by chance.',
            figure: differences,
          },
        ]),
    ...(courses === undefined
      ? []
      : [
          {
            name: 'courses',
            title: 'Score and gold over the distance from SFT',
            note: 'Means over seeds; faint lines are single seeds, at most six curves. Where the score keeps rising while gold levels off or falls, the policy exploits the reward model.',
            figure: courses,
          },
        ]),
  ];
}
