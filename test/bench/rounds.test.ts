import { describe, expect, it } from 'vitest';
import type { Contender, ContenderAnswer } from '../../lib/bench/contenders';
import { runCase } from '../../lib/bench/rounds';

/** Answers in turn, and notes its name in a list that all share. */
function contender(
  name: string,
  answers: readonly ContenderAnswer[],
  order: string[],
  ended: string[],
): Contender {
  let next = 0;
  return {
    name,
    round: () => {
      order.push(name);
      return Promise.resolve(answers[next++] ?? (answers.at(-1) as ContenderAnswer));
    },
    end: async () => void ended.push(name),
  };
}
const taking = (...milliseconds: number[]): ContenderAnswer => ({ milliseconds });

describe('runCase', () => {
  it('takes medians over all rounds but the first, and ratios to the first contender', async () => {
    const [order, ended]: [string[], string[]] = [[], []];
    const contenders = [
      contender('a', [taking(900), taking(10, 12), taking(11, 50)], order, ended),
      contender('b', [taking(1), taking(20, 22), taking(24, 26)], order, ended),
    ];
    const result = await runCase('gptStep', contenders, { rounds: 2 });
    expect(result.medianMs).toEqual({ a: 11.5, b: 23 });
    expect(result.rangeMs).toEqual({ a: [10, 50], b: [20, 26] });
    expect(result.ratio).toEqual({ b: 2 });
    expect(Object.keys(result.firstMs)).toEqual(['a', 'b']);
    // Interleaved, and nobody always first.
    expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
    expect(ended).toEqual(['a', 'b']);
  });

  it('goes on without a contender that fails, and says why', async () => {
    const [order, ended]: [string[], string[]] = [[], []];
    const contenders = [
      contender('a', [taking(2)], order, ended),
      contender('b', [{ failure: 'no memory' }], order, ended),
    ];
    const result = await runCase('gptStep', contenders, { rounds: 3 });
    expect(result.failures).toEqual({ b: 'no memory' });
    expect([result.medianMs, result.ratio]).toEqual([{ a: 2 }, {}]);
    expect(order.filter((name) => name === 'b')).toHaveLength(1);
    expect(ended).toEqual(['b', 'a']);
    const others = [contender('a', [{ failure: 'no memory' }], [], []), contender('b', [taking(2)], [], [])];
    expect((await runCase('gptStep', others, { rounds: 3 })).ratio).toEqual({});
  });

  it('keeps what was measured when its time is over, and names who did not answer', async () => {
    const ended: string[] = [];
    const silent: Contender = {
      name: 'b',
      round: () => new Promise(() => {}),
      end: async () => void ended.push('b'),
    };
    const result = await runCase('gptStep', [contender('a', [taking(2)], [], ended), silent], {
      rounds: 1000,
      limit: 0.2,
    });
    expect(result.failures).toEqual({ b: 'no answer within the time that was left' });
    expect(result.firstMs).toHaveProperty('a');
    expect(ended).toEqual(['b', 'a']);
    const quick = await runCase('gptStep', [slow('a', 30), slow('b', 30)], {
      rounds: 1000,
      limit: 0.3,
    });
    expect([quick.medianMs, quick.failures]).toEqual([{ a: 5, b: 5 }, {}]);
  });

  it('lets all do their first round at once when that is asked for', async () => {
    const begun: string[] = [];
    const late = (name: string, others: number): Contender => ({
      name,
      round: async () => {
        begun.push(name);
        // Nobody answers before everybody has begun.
        while (begun.length < others) await new Promise((resolve) => setTimeout(resolve, 1));
        return taking(5);
      },
      end: async () => {},
    });
    const result = await runCase('gptStep', [late('a', 2), late('b', 2)], {
      rounds: 1,
      limit: 5,
      together: true,
    });
    expect(result.failures).toEqual({});
    expect(result.medianMs).toEqual({ a: 5, b: 5 });
    expect(Object.keys(result.firstMs).sort()).toEqual(['a', 'b']);
    expect(begun.slice(0, 2)).toEqual(['a', 'b']);
  });

  function slow(name: string, milliseconds: number): Contender {
    const round = () => new Promise<ContenderAnswer>((resolve) => setTimeout(() => resolve(taking(5)), milliseconds)); // prettier-ignore
    return { name, round, end: async () => {} };
  }
});
