/** How strongly length is liked, by how much longer the longer answer is. */
import { longerPreferredByDifference } from '../../filter/statistics';
import { wilsonInterval } from '../../intervals';
import type { Candidate, Comparison, PreferencePair } from '../../types';
import type { Chart } from '../../evaluation/report/theme';
import { lineChart } from './lines';

/** Points of a line. */
const bins = 8;

/** Share of votes (or pairs) for the longer answer over the difference in length, a line a set, with 95% intervals. */
export function lengthPreferenceChart(
  sets: Readonly<Record<string, readonly (Comparison | PreferencePair)[]>>,
): Chart {
  const lines = Object.entries(sets).map(([name, votes]) => {
    const points = longerPreferredByDifference(votes.map(asVote), bins).map((bin) => {
      const [low, high] = wilsonInterval(bin.longerPreferred, bin.votes);
      return {
        x: bin.difference,
        y: 100 * bin.longerPreferred,
        interval: [100 * low, 100 * high] as const,
      };
    });
    return [name, points] as const;
  });
  return lineChart(Object.fromEntries(lines), {
    x: 'difference in length (characters)',
    y: 'the longer is preferred (%, 95% interval)',
  });
}

function asVote(row: Comparison | PreferencePair): Comparison {
  if ('winner' in row) return row;
  const { promptId, prompt, chosen, rejected } = row;
  const [a, b] = [chosen, rejected].map((text) => ({ responseId: text, text })) as [Candidate, Candidate];
  return { promptId, prompt, a, b, winner: 'a', annotator: 'label' };
}
