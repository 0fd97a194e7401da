import { describe, expect, it } from 'vitest';
import { InputError } from '../lib/errors';
import { checkedScorer, promptRecordOf, ruleScorer, scorerName } from '../lib/scorer';
import type { Scorer, ScorerInput, Scores } from '../lib/types';

const inputs: ScorerInput[] = ['a', 'b', 'c'].map((response, i) => ({
  promptId: `p${i}`,
  prompt: 'say',
  response,
}));
const giving =
  (scores: unknown): Scorer =>
  async () =>
    scores as Scores;

describe('checkedScorer', () => {
  it.each([
    ['null', [1, null, 3], "own: the score of response 2 (prompt 'p1') must be a finite number, got null"],
    [
      'a boolean',
      [1, 2, true],
      "own: the score of response 3 (prompt 'p2') must be a finite number, got true",
    ],
    ['a text', ['1', 2, 3], 'must be a finite number, got "1"'],
    ['an infinity', [1, -Infinity, 3], 'must be a finite number, got -Infinity'],
    [
      'NaN among floats',
      Float32Array.of(1, 2, NaN),
      "response 3 (prompt 'p2') must be a finite number, got NaN",
    ],
    ['a hole', [1, , 3], "response 2 (prompt 'p1') must be a finite number, got nothing"], // eslint-disable-line no-sparse-arrays
    ['too few', [1, 2], "response 3 (prompt 'p2') must be a finite number, got nothing"],
    ['too many', [1, 2, 3, 4], 'own must give one score per response, got 4 for 3'],
    ['a number', 7, 'own must give a list of 3 numbers, got 7'],
    ['nothing', undefined, 'own must give a list of 3 numbers, got nothing'],
  ])('refuses %s', async (_, scores, message) => {
    const asked = checkedScorer('own', giving(scores))(inputs);
    await expect(asked).rejects.toThrow(message);
    await expect(asked).rejects.toBeInstanceOf(InputError);
  });

  it('lets numbers pass as they are, of 32 or 64 bits, and asks nothing of no responses', async () => {
    const floats = Float32Array.of(0.1, 2, 3);
    expect(await checkedScorer('own', giving(floats))(inputs)).toBe(floats);
    expect(await checkedScorer('own', giving([0.1, 2, 3]))(inputs)).toEqual([0.1, 2, 3]);
    expect(await checkedScorer('own', giving([]))([])).toEqual([]);
  });

  it('names the responses that a scorer failed on, in one line, and leaves errors alone that say so themselves', async () => {
    const failing: Scorer = async () => {
      throw new Error('judge down\nsecond line');
    };
    await expect(checkedScorer('own', failing)(inputs)).rejects.toThrow(
      "own failed on response 1 (prompt 'p0') to 3: judge down second line",
    );
    await expect(checkedScorer('own', failing)(inputs.slice(0, 1))).rejects.toThrow(
      "own failed on response 1 (prompt 'p0'): judge down",
    );
    const known: Scorer = async () => {
      throw new InputError('reward scorer: damaged');
    };
    await expect(checkedScorer('own', known)(inputs)).rejects.toThrow(/^reward scorer: damaged$/);
  });

  it('checks the parts too', async () => {
    const inParts =
      (part: unknown): Scorer['inParts'] =>
      async () => ({
        scores: [1, 2, 3],
        parts: { good: part as Scores },
      });
    const scorer = (part: unknown) => Object.assign(giving([1, 2, 3]), { inParts: inParts(part) });
    const good = checkedScorer('own', scorer([4, 5, 6]));
    expect(await good.inParts?.(inputs)).toEqual({ scores: [1, 2, 3], parts: { good: [4, 5, 6] } });
    await expect(checkedScorer('own', scorer([4, null, 6])).inParts?.(inputs)).rejects.toThrow(
      "own: the part 'good' of response 2 (prompt 'p1') must be a finite number, got null",
    );
    expect(checkedScorer('own', giving([])).inParts).toBeUndefined();
  });
});

describe('ruleScorer', () => {
  const rows = inputs.map((input) => ({ ...input, referenceAnswer: 'b' }));

  it('asks the rule about every response, with the record of its prompt', async () => {
    const isRight = ({ response, referenceAnswer }: ScorerInput): number =>
      Number(response === referenceAnswer);
    const scorer = ruleScorer(isRight);
    expect([...(await scorer(rows))]).toEqual([0, 1, 0]);
    expect(scorerName('ppo', scorer)).toBe('ppo: scorer isRight');
  });

  it('names the one response that the rule fails on', async () => {
    const parses = ({ response }: ScorerInput): number =>
      (response === 'b' ? JSON.parse(response) : 1) as number;
    await expect(ruleScorer(parses)(rows)).rejects.toThrow(
      /^scorer parses failed on response 2 \(prompt 'p1'\): Unexpected token/,
    );
  });
});

describe('scorerName', () => {
  it('is that of the function, where it says anything', () => {
    const scorer: Scorer = async () => [];
    expect(scorerName('dpo', scorer)).toBe('dpo: the scorer');
    expect(scorerName('dpo', (() => async () => [])())).toBe('dpo: the scorer');
  });
});

describe('promptRecordOf', () => {
  it('keeps what is said of the prompt and nothing else', () => {
    const record = { promptId: 'p', prompt: 'say', referenceAnswer: 'a', metadata: { level: 2 }, task: 't' };
    expect(promptRecordOf({ ...record, response: 'b' } as ScorerInput)).toEqual(record);
    expect(promptRecordOf({ promptId: 'p', prompt: 'say' })).toEqual({ promptId: 'p', prompt: 'say' });
  });
});
