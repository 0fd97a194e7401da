/** Puts a report together: which charts and tables there are for the data given, and what to see in each. */
import { intervalText, points } from '../../number-text';
import { shownName } from '../../shown-names';
import { reliabilityDiagram } from './charts/calibration';
import { frontierChart } from './charts/frontier';
import { lengthChart } from './charts/lengths';
import { probeChart } from './charts/probes';
import { scoreDistributions, scoresByTask, type PolicyScore } from './charts/score-distributions';
import { scoreLength } from './charts/score-length';
import { trainingCurves } from './charts/training-curves';
import { winTieLoss } from './charts/win-tie-loss';
import { renderPage, type Card, type Section } from './page';
import type { Highlight, ReportData } from './report-data';
import { sampleFolds } from './samples';
import { accountTable, policyTable } from './tables';
import { seriesStyles, type SeriesStyle } from './theme';

type Styles = ReadonlyMap<string, SeriesStyle>;

/**
 * Renders `report.html`: self-contained, offline. Sections without anything to show are left out.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { renderReport } from 'rlhf-kit';
 *
 * const run = { engine: 'xla', seed: 1, versions: { 'rlhf-kit': '0.1.0' } };
 * const names = { policyNames: ['sft', 'dpo'], baseline: 'sft', qualityName: 'gold' };
 * const highlights = [{ label: 'wins − losses of DPO', value: '+22 points' }];
 * writeFileSync('report.html', renderReport({ title: 'DPO against SFT', run, ...names, highlights }));
 * ```
 */
export function renderReport(data: ReportData): string {
  const styles = seriesStyles(data.policyNames);
  const sections: Section[] = [
    { id: 'results', title: 'Policies', cards: resultCards(data, styles) },
    { id: 'frontier', title: 'Reward and distance', cards: frontierCards(data, styles) },
    { id: 'scores', title: 'Scores', cards: scoreCards(data, styles) },
    { id: 'reward', title: 'Reward model', cards: rewardCards(data) },
    { id: 'filter', title: 'Comparisons', cards: filterCards(data) },
    { id: 'training', title: 'Training', cards: trainingCards(data, styles) },
    { id: 'samples', title: 'Answers', cards: sampleCards(data, styles) },
  ];
  return renderPage({
    title: data.title,
    ...(data.lead !== undefined && { lead: data.lead }),
    run: data.run,
    highlights: data.highlights ?? policyHighlights(data),
    sections: sections.filter(({ cards }) => cards.length > 0),
  });
}

function policyHighlights({ policies = {}, baseline }: ReportData): Highlight[] {
  return Object.entries(policies)
    .filter(([name]) => name !== baseline)
    .map(([name, { winMinusLoss, winMinusLossCi }]) => ({
      label: `${shownName(name)}: wins − losses against ${shownName(baseline)}`,
      value: `${points(winMinusLoss)} points`,
      note: `95% ${intervalText(winMinusLossCi, points)}`,
    }));
}

/** What the paper found, beside runs that repeat it; of anything else it says nothing. */
function paperNotes({ besidePaper = false }: ReportData): (note: string) => string[] {
  return (note) => (besidePaper ? [note] : []);
}

function resultCards(data: ReportData, styles: Styles): Card[] {
  const paper = paperNotes(data);
  const { policies, baseline, qualityName, probes, responses } = data;
  const cards: Card[] = [];
  if (policies !== undefined) {
    if (Object.keys(policies).length > 1) {
      cards.push({
        title: `Wins, ties and losses against ${shownName(baseline)}`,
        chart: winTieLoss(policies, baseline, styles),
        notes: [
          `Every sample of a policy is set against every sample of ${shownName(baseline)} for the same prompt and judged by ${qualityName}. Whiskers are 95% bootstrap intervals over prompts; one that stays right of zero is a gain that another draw of prompts would very likely show too.`,
          ...paper(
            'In the paper: about 15% more wins than SFT for PPO on internal Chinese prompts, and PPO slightly above DPO.',
          ),
        ],
      });
    }
    cards.push({
      title: 'Policies in numbers',
      content: policyTable(policies, data, styles),
      notes: [
        'Win rate counts a tie as half. The length-controlled rate is what a logistic regression predicts for answers as long as the baseline’s: where it is well below the win rate, part of the wins came from length. Below each number is its 95% interval.',
      ],
    });
  }
  if (probes !== undefined) {
    cards.push({
      title: 'Forgetting probes',
      half: responses !== undefined,
      chart: probeChart(probes, styles),
      notes: [
        'Tasks left out of the reinforcement-learning prompts.',
        ...paper(
          'In the paper RLHF made the model forget its name and the JSON format; the next-token loss on SFT data, added to the objective, is the remedy.',
        ),
      ],
    });
  }
  if (responses !== undefined) {
    cards.push({
      title: 'Length of responses',
      half: probes !== undefined,
      chart: lengthChart(responses, styles),
      notes: [
        'Dotted lines and the numbers in brackets are the means.',
        ...paper(
          'In the paper both PPO and DPO lengthen answers, DPO more than PPO although it scores lower.',
        ),
      ],
    });
  }
  return cards;
}

function frontierCards(data: ReportData, styles: Styles): Card[] {
  const { frontier } = data;
  const paper = paperNotes(data);
  if (frontier === undefined) return [];
  const extra = frontier.map(({ name }) => name).filter((name) => !styles.has(name));
  return [
    {
      title: 'KL–reward frontier',
      chart: frontierChart(frontier, seriesStyles([...styles.keys(), ...extra])),
      notes: [
        'How much reward a policy bought for the distance it went from SFT. Where the proxy goes on rising while gold levels off or falls, the policy exploits the reward model. Best-of-n is what choosing among SFT samples reaches without training.',
        ...paper(
          'The paper, without a gold judge, shows the reward over KL only: with the reference baseline, KL grows more slowly.',
        ),
      ],
    },
  ];
}

function scoreCards(data: ReportData, styles: Styles): Card[] {
  const { responses = [], qualityName } = data;
  const paper = paperNotes(data);
  const kinds = [
    ['proxy', 'reward model score'],
    ['quality', qualityName],
  ] as const;
  return kinds.flatMap(([key, name]): Card[] => {
    const rows = responses.flatMap(({ policy, task, ...row }): PolicyScore[] => {
      const score = row[key];
      return score === undefined ? [] : [{ policy, score, ...(task !== undefined && { task }) }];
    });
    if (rows.length === 0) return [];
    const tasks = new Set(rows.map(({ task }) => task)).size > 1;
    const cards: Card[] = [
      {
        title: `Distribution of ${name} by policy`,
        half: tasks,
        chart: scoreDistributions(rows, styles, name),
        notes: ['The dashed line in each shape is its mean.'],
      },
    ];
    if (tasks) {
      cards.push({
        title: `${capitalised(name)} by task`,
        half: true,
        chart: scoresByTask(rows, styles, name),
        notes:
          key === 'proxy'
            ? [
                'Levels differ by task whatever the quality: pairwise training leaves them free.',
                ...paper(
                  'That is why the paper’s PPO subtracts the reference answer’s score from the reward.',
                ),
              ]
            : [],
      });
    }
    return cards;
  });
}

function rewardCards(data: ReportData): Card[] {
  const { rewardAccount, scoreLength: panels, calibration } = data;
  const paper = paperNotes(data);
  const cards: Card[] = [];
  if (rewardAccount !== undefined) {
    cards.push({
      title: 'Reward model in numbers',
      half: calibration !== undefined,
      content: accountTable(rewardAccount),
    });
  }
  if (calibration !== undefined) {
    cards.push({
      title: 'Calibration',
      half: rewardAccount !== undefined,
      chart: reliabilityDiagram(calibration, seriesStyles(calibration.map(({ name }) => name))),
      notes: [
        'Below the diagonal on the right, the model is surer than it should be. ECE is the mean gap between the two. DPO and PPO also rely on the size of score differences, which calibration checks.',
        ...paper('The paper reports accuracy only (about 64% to 68%).'),
      ],
    });
  }
  if (panels !== undefined) {
    cards.push({
      title: 'Score against length',
      chart: scoreLength(panels),
      notes: [
        'A point is a response. The line, and the correlation r in the title, say how the score rises with length among answers of equal gold quality to one prompt, where length should say nothing. Annotators prefer longer answers, and a plain reward model learns that; balancing within buckets of length difference takes the cue out of the training pairs, and a length term of its own, which is left out when the model is used, takes up what balancing leaves.',
        ...paper('In the paper, balancing in buckets is called length bias reduction.'),
      ],
    });
  }
  return cards;
}

function filterCards(data: ReportData): Card[] {
  const { filter } = data;
  if (filter === undefined) return [];
  const paper = paperNotes(data);
  const cards: Card[] = [
    {
      title: 'Account of the filter',
      half: filter.agreement !== undefined,
      content: accountTable(filter.account),
      notes: [
        'An edge is cyclic when it lies in a cycle of its prompt’s preference graph.',
        ...paper('The paper removes ties and cyclic preferences after collection.'),
      ],
    },
  ];
  if (filter.agreement !== undefined) {
    cards.push({ title: 'Agreement of annotators', half: true, content: accountTable(filter.agreement) });
  }
  return cards;
}

function trainingCards({ training = [] }: ReportData, styles: Styles): Card[] {
  return training.map((curves) => {
    // Runs named as policies keep the policies' colours; others (reward models) get the following ones.
    const others = curves.runs.map(({ name }) => name).filter((name) => !styles.has(name));
    const all = others.length === 0 ? styles : seriesStyles([...styles.keys(), ...others]);
    return { title: curves.title, chart: trainingCurves(curves, all) };
  });
}

function sampleCards({ samples, qualityName }: ReportData, styles: Styles): Card[] {
  if (samples === undefined || samples.length === 0) return [];
  return [{ title: 'Answers side by side', content: sampleFolds(samples, qualityName, styles) }];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
