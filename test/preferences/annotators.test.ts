import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { panel, simulateVotes, type AnnotatorProfile } from '../../lib/preferences/annotators';
import { createRng } from '../../lib/random';
import type { Comparison } from '../../lib/types';

const record = { promptId: 'p', task: 'fact', language: 'en', prompt: 'Why?' };
const plain: AnnotatorProfile = { name: 'plain', temperature: 0.25, lengthBias: 0, tieThreshold: 0 };

/** Votes of one annotator on many prompts with the same two texts. */
function duel(
  texts: readonly [string, string],
  utilities: Record<string, number>,
  annotator: AnnotatorProfile,
) {
  const prompts = Array.from({ length: 4000 }, (_, i) => ({
    record: { ...record, promptId: `p${i}` },
    candidates: texts.map((text, index) => ({ responseId: `r${index}`, text })),
  }));
  return simulateVotes(
    prompts,
    (_, text) => utilities[text] ?? 0,
    [annotator],
    { votesPerPair: 1 },
    createRng(1),
  );
}

function winnerText({ winner, a, b }: Comparison): string {
  return winner === 'tie' ? 'tie' : winner === 'a' ? a.text : b.text;
}

function share(votes: readonly Comparison[], is: (vote: Comparison) => boolean): number {
  return votes.filter(is).length / votes.length;
}

describe('simulateVotes', () => {
  it('follows Bradley–Terry: a lead of temperature · ln 3 wins three quarters of the votes', () => {
    const votes = duel(['one', 'two'], { one: 0.25 * Math.log(3), two: 0 }, plain);
    expect(share(votes, (vote) => winnerText(vote) === 'one')).toBeCloseTo(0.75, 1.5);
  });

  it('gives length its log-odds: at equal utility, ln 3 for one length scale wins three quarters', () => {
    const votes = duel(['x'.repeat(60), 'y'.repeat(20)], {}, { ...plain, lengthBias: Math.log(3) });
    expect(share(votes, (vote) => winnerText(vote).startsWith('x'))).toBeCloseTo(0.75, 1.5);
  });

  it('calls a tie as often as a logistic variable lies within the threshold', () => {
    const threshold = 0.8;
    const votes = duel(['one', 'two'], {}, { ...plain, tieThreshold: threshold });
    expect(share(votes, ({ winner }) => winner === 'tie')).toBeCloseTo(Math.tanh(threshold / 2), 1.5);
  });

  it('always ties equal texts, and shows either text first about equally often', () => {
    expect(share(duel(['same', 'same'], {}, plain), ({ winner }) => winner === 'tie')).toBe(1);
    expect(share(duel(['one', 'two'], {}, plain), ({ a }) => a.text === 'one')).toBeCloseTo(0.5, 1);
  });

  it('has every pair of K candidates judged by different annotators of the panel, equally when run again', () => {
    const candidates = ['a', 'b', 'c', 'd'].map((text) => ({ responseId: `r-${text}`, text }));
    const run = (): Comparison[] =>
      simulateVotes(
        [{ record, candidates }],
        () => 0.5,
        panel(6, createRng(2)),
        { votesPerPair: 3 },
        createRng(3),
      );
    const votes = run();
    expect(votes).toHaveLength(6 * 3);
    const judged = new Set(
      votes.map(({ a, b, annotator }) => `${[a.text, b.text].sort().join('')} ${annotator}`),
    );
    expect(judged.size).toBe(18);
    expect(run()).toEqual(votes);
    expect(votes[0]).toMatchObject(record);
  });

  it('gives a verdict on every criterion asked for, each by its own utility, and the same votes as without', () => {
    const prompts = Array.from({ length: 2000 }, (_, i) => ({
      record: { ...record, promptId: `p${i}` },
      candidates: ['one', 'two'].map((text) => ({ responseId: text, text })),
    }));
    const run = (criteria?: Record<string, (promptId: string, text: string) => number>) =>
      simulateVotes(
        prompts,
        () => 0,
        [plain],
        { votesPerPair: 1, ...(criteria !== undefined && { criteria }) },
        createRng(1),
      );
    const lead = 0.25 * Math.log(3);
    const votes = run({
      helpful: (_, text) => (text === 'one' ? lead : 0),
      harmless: (_, text) => (text === 'one' ? -1000 : 0),
    });
    const wins = (criterion: string): number =>
      share(votes, ({ verdicts, a }) => verdicts?.[criterion] === (a.text === 'one' ? 'a' : 'b'));
    expect(wins('helpful')).toBeCloseTo(0.75, 1);
    expect(wins('harmless')).toBe(0);
    expect(votes.map(({ winner }) => winner)).toEqual(run().map(({ winner }) => winner));
    // Noise of its own: criteria of one utility do not agree everywhere.
    const same = run({ x: () => 0, y: () => 0 });
    expect(share(same, ({ verdicts }) => verdicts?.['x'] === verdicts?.['y'])).toBeCloseTo(0.5, 1);
  });

  it('refuses more votes than annotators and prompts with one candidate', () => {
    const one = [{ record, candidates: [{ responseId: 'r', text: 'x' }] }];
    expect(() => simulateVotes([], () => 0, [plain], { votesPerPair: 2 }, createRng(1))).toThrow(InputError);
    expect(() => simulateVotes(one, () => 0, [plain], { votesPerPair: 1 }, createRng(1))).toThrow(
      /at least 2 candidates, got 1/,
    );
  });
});

describe('panel', () => {
  it('gives each annotator its own habits around the averages', () => {
    const annotators = panel(200, createRng(1), { meanLengthBias: 2, meanTieThreshold: 0.4 });
    expect(new Set(annotators.map(({ temperature }) => temperature)).size).toBe(200);
    const mean = annotators.reduce((sum, { lengthBias }) => sum + lengthBias, 0) / 200;
    expect(mean).toBeCloseTo(2, 0.5);
    expect(annotators.every(({ tieThreshold: t }) => t >= 0.2 && t <= 0.6)).toBe(true);
  });
});
