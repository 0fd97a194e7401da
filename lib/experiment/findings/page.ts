/** `report.html` of an experiment: claims, charts and tables in one file that works offline. */
import { renderPage, type Card, type Section } from '../../evaluation/report/page';
import type { Highlight } from '../../evaluation/report/report-data';
import { renderMarkdown } from '../../notebook/html/markdown';
import { conditionsOf } from '../conditions';
import { computedRows, failedRows, nameOfCondition, type Experiment } from '../experiment';
import { experimentCharts } from './charts/experiment-charts';
import {
  conditionsTable,
  claimsTable,
  differencesTable,
  failedTable,
  readingNotes,
  runFacts,
  verdictSentence,
} from './table';
import { experimentVerdict, judgeClaims, type JudgedClaim } from '../statistics/verdict';
import { html, type Html } from '../../evaluation/report/html';

/** @param command that makes the page again. */
export function renderExperiment(experiment: Experiment, command?: string): string {
  const { config } = experiment;
  const rows = computedRows(experiment);
  const claims = judgeClaims(experiment);
  const baseline = nameOfCondition(config, config.baseline);
  const sections: Section[] = [
    {
      id: 'claims',
      title: 'Claims',
      cards:
        claims.length === 0
          ? []
          : [
              {
                title: 'What is claimed, and what was measured',
                content: html`${renderMarkdown(verdictSentence(claims))}${table(claimsTable(experiment))}`,
              },
            ],
    },
    {
      id: 'charts',
      title: 'Charts',
      cards: experimentCharts(experiment).map(({ title, note, chart }): Card => ({
        title,
        chart,
        notes: [note],
      })),
    },
    {
      id: 'conditions',
      title: 'Conditions',
      cards: [
        { title: 'Mean over seeds [95%]', content: table(conditionsTable(experiment)) },
        ...(conditionsOf(config).length > 1
          ? [{ title: `Difference to ${baseline} [95%]`, content: table(differencesTable(experiment)) }]
          : []),
        ...(failedRows(experiment).length > 0
          ? [{ title: 'Failed', content: table(failedTable(experiment)) }]
          : []),
      ],
    },
    {
      id: 'methods',
      title: 'How to read this',
      cards: [
        { title: 'Methods', content: renderMarkdown(readingNotes(experiment)) },
        { title: 'Run', content: table(runFacts(experiment)) },
      ],
    },
  ];
  return renderPage({
    title: config.title,
    lead: config.question,
    run: {
      engine: [...new Set(rows.map(({ engine }) => engine))].join(', ') || 'not run yet',
      seed: [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b),
      versions: rows[0]?.versions ?? {},
      ...(command !== undefined && { command }),
    },
    highlights: highlights(claims),
    sections: sections.filter(({ cards }) => cards.length > 0),
  });
}

function table(markdown: string): Html {
  return html`<div class="scroll">${renderMarkdown(markdown)}</div>`;
}

function highlights(claims: readonly JudgedClaim[]): Highlight[] {
  const verdict = experimentVerdict(claims);
  if (verdict === undefined) return [];
  const reproduced = claims.filter((claim) => claim.verdict === 'reproduced').length;
  const adjusted = claims.filter((claim) => claim.verdict === 'reproduced' && claim.holdsAdjusted).length;
  return [
    {
      label: 'Claims reproduced',
      value: `${reproduced} of ${claims.length}`,
      note: `${adjusted} of them after Holm’s adjustment`,
    },
  ];
}
