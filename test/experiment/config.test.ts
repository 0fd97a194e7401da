import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { conditionName, conditionsOf, settingsOf } from '../../lib/experiment/conditions';
import { readExperiment } from '../../lib/experiment/config';
import { writeTinyExperiment } from '../support/tiny-experiment';

const root = mkdtempSync(join(tmpdir(), 'experiment-config-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
const folder = (given: Record<string, unknown> = {}): string =>
  writeTinyExperiment(join(root, `${++count}`), given);
const refusal = (given: Record<string, unknown>): string => {
  try {
    readExperiment(folder(given));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('it was not refused');
};

const axes = { filter: { none: {}, both: { 'filter.cycles': 'drop' } }, noise: { low: {}, high: {} } };
const baseline = { filter: 'none', noise: 'low' };

describe('readExperiment', () => {
  it('reads an experiment; claims take what they do not name from the baseline', () => {
    const claim = {
      claim: 'it helps',
      paper: 'says so',
      metric: 'reward.goldAccuracy',
      condition: { filter: 'both' },
      expected: 'higher',
    };
    const experiment = readExperiment(folder({ axes, baseline, claims: [claim] }));
    expect(experiment.claims).toEqual([
      { ...claim, condition: { filter: 'both', noise: 'low' }, against: { filter: 'none', noise: 'low' } },
    ]);
    expect(experiment.seeds).toEqual([1, 2]);
  });

  it.each([
    [{ axis: {} }, /unknown key 'axis'; did you mean 'axes'\?/],
    [{ axes: { filter: {} }, baseline: {} }, /the grid is empty: axis 'filter' has no settings/],
    [{ seeds: [] }, /'seeds' must be a non-empty list of integers, got \[\]/],
    [{ seeds: [1, 1] }, /seeds must be different, got \[1,1\]/],
    [{ measures: ['rewards'] }, /unknown measure 'rewards'; did you mean 'reward'\?/],
    [{ baseline: { lamda: 'none' } }, /unknown axis in baseline 'lamda'; did you mean 'lambda'\?/],
    [{ baseline: { lambda: 'nothing' } }, /unknown setting of axis 'lambda' in baseline 'nothing'/],
    [{ baseline: {} }, /baseline must name a setting of axis 'lambda'/],
    [
      { axes: { 'a b': { c: {} } }, baseline: { 'a b': 'c' } },
      /'a b': names of axes and settings have no spaces/,
    ],
    [
      { axes: { a: { b: { c: null } } }, baseline: { a: 'b' } },
      /'axes\.a\.b\.c' must be a number, string or boolean, got null/,
    ],
    [{ budgetMinutes: 0 }, /'budgetMinutes' must be a number > 0, got 0/],
    [
      { metrics: ['reward.goldAcuracy'] },
      /unknown metric 'reward\.goldAcuracy'; did you mean 'reward\.goldAccuracy'\?/,
    ],
    [
      { claims: [{ claim: 'c', paper: 'p', metric: 'ppo.kl', expected: 'higher' }] },
      /unknown metric 'ppo\.kl'/,
    ],
    [{ data: 'mtbench' }, /'data' must be one of dialogues, mt-bench, hh-rlhf, got "mtbench"/],
    [{ title: undefined }, /'title' is required \(heading of the page\)/],
    [
      { claims: [{ claim: 'c', paper: 'p', metric: 'm', expected: 'better' }] },
      /'claims\[0\]\.expected' must be one of higher, lower, equal, got "better"/,
    ],
    [
      { claims: [{ claim: 'c', paper: 'p', metric: 'm', expected: 'equal' }] },
      /claims\[0\]: a margin belongs to expected "equal", and only there/,
    ],
  ])('refuses %o', (given, message) => expect(refusal(given)).toMatch(message));

  it('names a file that is not JSON, or is missing', () => {
    const broken = folder();
    writeFileSync(join(broken, 'config.json'), '{');
    expect(() => readExperiment(broken)).toThrow(/config\.json: not valid JSON/);
    expect(() => readExperiment(join(root, 'nowhere'))).toThrow(/cannot read .*nowhere.*: no such file/);
  });
});

describe('conditionsOf', () => {
  it('is every combination, the last axis fastest', () => {
    expect(conditionsOf({ axes }).map(({ name }) => name)).toEqual([
      'filter=none noise=low',
      'filter=none noise=high',
      'filter=both noise=low',
      'filter=both noise=high',
    ]);
    expect(conditionsOf({ axes: {} })).toEqual([{ name: 'base', config: {} }]);
    expect(conditionName({ a: 'b' })).toBe('a=b');
  });

  it('changes the base by the settings of its axes, the later ones winning', () => {
    const experiment = readExperiment(
      folder({
        base: { bestOf: 2, 'ppo.klCoef': 1 },
        axes: { a: { x: { bestOf: 3 } }, b: { y: { bestOf: 4 } } },
        baseline: { a: 'x', b: 'y' },
      }),
    );
    const condition = conditionsOf(experiment)[0] as ReturnType<typeof conditionsOf>[number];
    expect(settingsOf(experiment, condition)).toEqual({ bestOf: 4, 'ppo.klCoef': 1 });
  });
});
