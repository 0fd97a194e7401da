import { describe, expect, it } from 'vitest';
import { pairMeasures } from '../../../lib/experiment/given/pair-measures';

/** promptId, scores of chosen and rejected, their lengths. */
type Row = readonly [string, number, number, number, number];
const pairsOf = (rows: readonly Row[]) =>
  rows.map(([promptId, chosenScore, rejectedScore, chosenLength, rejectedLength]) => ({
    promptId,
    chosenScore,
    rejectedScore,
    chosenLength,
    rejectedLength,
  }));

const pairs = pairsOf([
  ['p', 2, 1, 10, 5], // right, the longer wins
  ['p', 1, 2, 10, 5], // wrong, the longer wins
  ['q', 1, 1, 8, 4], // equal, the longer wins
  ['q', 3, 1, 4, 8], // right, the shorter wins
  ['q', 3, 1, 6, 6], // right, of one length
]);
const responses = [
  { promptId: 'p', score: 1, length: 10 },
  { promptId: 'p', score: 0, length: 20 },
  { promptId: 'q', score: 5, length: 30 },
  { promptId: 'q', score: 4, length: 40 },
];

describe('pairMeasures', () => {
  const { prompts, metrics } = pairMeasures(pairs, responses);

  it('gives accuracy prompt by prompt, equal scores being half right', () => {
    expect(prompts['accuracy']).toEqual([0.5, 2.5 / 3]);
    expect(metrics['pairs']).toBe(5);
  });

  it('sets how often people prefer the longer beside how often scores do', () => {
    expect(metrics['longerWins']).toBe(3 / 4);
    // Higher for the longer: the first; the third by half.
    expect(metrics['modelLonger']).toBe(1.5 / 4);
    expect(metrics['longerAccuracy']).toBe(0.5);
    expect(metrics['shorterAccuracy']).toBe(1);
  });

  it('correlates score and length over all responses, and among those to one prompt', () => {
    // Deviations of score −1.5 −2.5 2.5 1.5 and length −15 −5 5 15: 70 / √(17·500).
    expect(metrics['lengthCorrelation']).toBeCloseTo(70 / Math.sqrt(17 * 500), 10);
    expect(metrics['withinLengthCorrelation']).toBeCloseTo(-1, 10);
  });

  it('says of what is not there that it is no number', () => {
    expect(pairMeasures(pairs.slice(0, 2), responses).metrics['shorterAccuracy']).toBeNaN();
  });
});
