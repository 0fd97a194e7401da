/** The filter's report: what report.json holds, and the same as a page to read. */
import type { RenamedIds } from '../distinct-ids';
import { markdownTable, type Column } from '../markdown-table';
import { decimal, missing, percent } from '../number-text';
import type { AnnotatorRow, KappaRow, VotePairAgreement } from './agreement';
import type { CyclePolicy } from './cycles';
import type { LabelRule } from './labels';
import type { NoiseCeiling } from './noise-ceiling';
import type { PairStatistics } from './statistics';

/** Counts unless a unit is named; rates are fractions. */
export interface FilterReport {
  readonly source: 'votes' | 'pairs';
  readonly label: LabelRule;
  readonly cycles: CyclePolicy;
  /** Votes as read (for pairs: the pairs), and those of them that are ties. */
  readonly votes: number;
  readonly tieVotes: number;
  readonly prompts: number;
  readonly annotators: number;
  /** Unordered pairs of answers to one prompt with a vote that counts; with a label; without one. */
  readonly items: number;
  readonly strictItems: number;
  readonly tieItems: number;
  /** Triples a > b > c > a; prompts with a cycle of any length; labelled items that lie in one. */
  readonly cyclicTriples: number;
  readonly promptsWithCycles: number;
  readonly cyclicEdges: number;
  /** Pairs written. */
  readonly kept: number;
  /** Krippendorff's alpha over first, second, tie; null when no item was judged twice. */
  readonly alpha: number | null;
  /** Share of votes for the longer answer, in characters, ties and equal lengths left out. */
  readonly longerPreferred: number | null;
  readonly noiseCeiling: NoiseCeiling | null;
  /** Summary for a pipeline: votes read; items that tie; items removed for cycles; votes given twice. */
  readonly comparisons: number;
  readonly ties: number;
  readonly cyclic: number;
  readonly duplicates: number;
  /** Kept pairs whose answers are identical or empty: 0 with `checkTexts`. */
  readonly unusable: number;
  /** Prompts and responses whose id stood for another text already; they were told apart. */
  readonly renamedIds: RenamedIds;
  /** `read` is the sum of the rest, and so is `compared`. */
  readonly account: {
    readonly votes: Readonly<Record<string, number>>;
    readonly items: Readonly<Record<string, number>>;
  };
  readonly agreement: VotePairAgreement & {
    readonly judgedTwice: number;
    readonly unanimous: number;
    readonly annotators: readonly AnnotatorRow[];
    readonly kappas: readonly KappaRow[];
  };
  readonly statistics: PairStatistics;
}

/** How many rows of the tables by annotator the page shows; report.json has them all. */
const shownRows = 15;

const voteReasons: Readonly<Record<string, string>> = {
  read: 'read',
  poorPrompt: 'prompt breaks a quality rule',
  emptyAnswer: 'an answer is empty',
  identicalAnswers: 'the answers are identical',
  duplicate: 'the same annotator gave the same verdict before',
  contradictory: 'the same annotator preferred each answer to the other',
  counted: '**counted**',
};
const itemReasons: Readonly<Record<string, string>> = {
  compared: 'compared pairs of answers',
  tie: 'tie',
  cyclic: 'removed for a cycle',
  kept: '**kept**',
};

/** The report as Markdown. @param badRows rows of the input that were set aside. */
export function reportMarkdown(report: FilterReport, badRows = 0): string {
  const { agreement, statistics, noiseCeiling, renamedIds } = report;
  const unit = report.source === 'votes' ? 'votes' : 'pairs';
  const sections = [
    `# Filter report`,
    `${report.votes} ${unit} on ${report.prompts} prompts by ${report.annotators} annotators; ${report.kept} pairs kept. Label rule \`${report.label}\`, cycle policy \`${report.cycles}\`.${badRows === 0 ? '' : ` ${badRows} rows of the input could not be used; they are in bad-rows.jsonl.`}`,
    ...(report.unusable === 0
      ? []
      : [
          `${report.unusable} of the kept pairs have identical or empty answers. \`reward\` and \`dpo\` set such pairs aside and count them; \`--check-texts\` removes them here.`,
        ]),
    ...(renamedIds.prompts + renamedIds.responses === 0
      ? []
      : [
          `Ids stood for more than one text: ${renamedIds.prompts} prompts and ${renamedIds.responses} responses were told apart under new ids (\`id#2\`).`,
        ]),
    '## Account',
    table(
      ['', unit],
      Object.entries(report.account.votes).map(([key, n]) => [voteReasons[key] ?? key, n]),
    ),
    table(
      ['', 'items'],
      Object.entries(report.account.items).map(([key, n]) => [itemReasons[key] ?? key, n]),
    ),
    '## Cycles',
    `${report.cyclicTriples} cyclic triples; ${report.promptsWithCycles} of ${report.prompts} prompts have a cycle; ${report.cyclicEdges} of ${report.strictItems} labelled items lie in one.`,
    '## Agreement',
    table(
      ['', ''],
      [
        ["Krippendorff's alpha (nominal)", coefficient(report.alpha)],
        ['items judged twice or more', agreement.judgedTwice],
        ['of these unanimous', agreement.unanimous],
        [`two votes agree (${agreement.votePairs} pairs of votes)`, shareText(agreement.agreement)],
        [`… when neither is a tie (${agreement.strictVotePairs})`, shareText(agreement.strictAgreement)],
        ['longer answer preferred', shareText(report.longerPreferred)],
        ['noise ceiling: a perfect judge agrees with one vote', shareText(noiseCeiling?.vote ?? null)],
        [
          'noise ceiling: a perfect judge agrees with the kept labels',
          shareText(noiseCeiling?.label ?? null),
        ],
      ],
    ),
    table(
      ['annotator', 'votes', 'ties', 'agrees with the others', 'on votes'],
      agreement.annotators
        .slice(0, shownRows)
        .map((row) => [
          row.annotator,
          row.votes,
          shareText(row.tieRate),
          shareText(row.leaveOneOutAgreement),
          row.sharedVotes,
        ]),
    ),
    more(agreement.annotators.length, 'annotators'),
    table(
      ['annotators', 'common items', 'agreement', "Cohen's kappa"],
      agreement.kappas
        .slice(0, shownRows)
        .map((row) => [
          row.annotators.join(' – '),
          row.items,
          shareText(row.agreement),
          coefficient(row.kappa),
        ]),
    ),
    more(agreement.kappas.length, 'pairs of annotators'),
    '## Kept pairs',
    table(
      ['', 'mean'],
      [
        ['rows', statistics.rows],
        ['prompts', statistics.prompts],
        ['turns', decimal(statistics.turns, 2)],
        ['tokens of history', decimal(statistics.historyTokens, 1)],
        ['tokens of the prompt', decimal(statistics.promptTokens, 1)],
        ['tokens of a response', decimal(statistics.responseTokens, 1)],
        ['… chosen', decimal(statistics.chosenTokens, 1)],
        ['… rejected', decimal(statistics.rejectedTokens, 1)],
      ],
    ),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** Texts on the left, numbers on the right; nothing without rows. */
function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return '';
  const columns = heads.map((head, i): Column => (i === 0 ? { head } : { head, align: 'right' }));
  return markdownTable(
    columns,
    rows.map((row) => row.map(String)),
  );
}

function more(count: number, what: string): string {
  return count > shownRows ? `The ${shownRows} largest of ${count} ${what}; report.json has all.` : '';
}

function shareText(share: number | null): string {
  return share === null ? missing : percent(share);
}

function coefficient(value: number | null): string {
  return value === null ? missing : decimal(value, 3);
}
