/** What an experiment's README.md shows of its results, between markers. */
import { computedRows, failedRows, type Experiment } from '../experiment';
import { experimentCharts } from './charts/experiment-charts';
import { paragraph } from './paragraph';
import { conditionsCaption, conditionsTable, claimsTable, verdictSentence } from './table';
import { judgeClaims } from '../statistics/verdict';

/** Verdict, claims, conditions, and the charts that `writeFindings` draws. */
export function resultsExcerpt(experiment: Experiment): string {
  const { claims } = experiment.config;
  const failed = failedRows(experiment).length;
  const runs = failed + computedRows(experiment).length;
  return [
    ...(claims.length > 0
      ? [paragraph(verdictSentence(judgeClaims(experiment))), claimsTable(experiment)]
      : []),
    ...experimentCharts(experiment).map(
      ({ name, title, note }) => `![${title}](charts/${name}.svg)\n\n${paragraph(note)}`,
    ),
    conditionsCaption(experiment),
    conditionsTable(experiment),
    `${failed === 0 ? '' : `${failed} of ${runs} runs failed. `}[table.md](table.md) has the differences from the baseline, methods and versions.`,
  ].join('\n\n');
}
