import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../lib/evaluation/policies';
import { filterVotes } from '../../lib/filter/chain';
import { filterFields } from '../../lib/filter/config';
import { parseConfig } from '../../lib/config';
import {
  courseRow,
  policyRow,
  preferenceRow,
  probeRow,
  scorecardRow,
  voteRow,
} from '../../lib/notebook/rows';
import { createRng } from '../../lib/random';
import { rewardScorecard } from '../../lib/reward/scorecard/scorecard';
import { vote } from '../filter/make-vote';

describe('rows of tables', () => {
  it('say of a policy what the evaluation says', () => {
    const responses = (quality: number) => [
      { promptId: 'p', quality, responseTokens: 4 },
      { promptId: 'q', quality, responseTokens: 6 },
    ];
    const results = evaluatePolicies(
      {
        sft: { responses: responses(0.5), kls: [0, 0] },
        dpo: { responses: responses(0.75), kls: [1, 2] },
      },
      { baseline: 'sft', tieMargin: 0, rng: createRng(1), resamples: 10 },
    );
    expect(policyRow('dpo', results['dpo'] as NonNullable<(typeof results)['dpo']>)).toMatchObject({
      policy: 'DPO',
      'mean gold': 0.75,
      'wins − losses': 1,
      'from (95%)': 1,
      'tokens an answer': 5,
      'KL (nats)': 1.5,
    });
  });

  it('say of a reward model what its scorecard says, and leave out what is not known', () => {
    const pair = { chosenScore: 1, rejectedScore: 0, chosenLength: 2, rejectedLength: 3, task: 't' };
    const card = rewardScorecard({ pairs: [pair, { ...pair, rejectedScore: 2 }], responses: [] });
    expect(scorecardRow('plain', card)).toMatchObject({
      model: 'plain',
      'right on labels': 0.5,
      'length alone': 0,
      'right on gold': null,
      'noise ceiling': null,
    });
  });

  it('say of a preference set what the filter says', () => {
    const { report } = filterVotes(
      [vote('x>y'), vote('y>z'), vote('z>x'), vote('x=w')],
      parseConfig('filter', filterFields, {}),
    );
    expect(preferenceRow('these', report)).toMatchObject({
      data: 'these',
      votes: 4,
      'ties (share of votes)': 0.25,
      'pairs compared': 4,
      'in a cycle': 3,
    });
  });

  it('say of a vote, a probe and a course what they are', () => {
    expect(voteRow(vote('x=y', 'ann'))).toEqual({
      task: 'other',
      a: 'text x',
      b: 'text y',
      winner: 'tie',
      annotator: 'ann',
    });
    expect(probeRow('json', { prompts: 4, passRate: 0.5, passRateCi: [0.2, 0.8] })).toEqual({
      probe: 'JSON',
      prompts: 4,
      'passed (share)': 0.5,
      'from (95%)': 0.2,
      'to (95%)': 0.8,
    });
    const point = (kl: number, proxy: number, gold: number) => ({ kl, sqrtKl: Math.sqrt(kl), proxy, gold });
    expect(courseRow('ppo', [point(0, 0, 0.4), point(2, 1, 0.5), point(9, 2, 0.1)])).toEqual({
      policy: 'PPO',
      'score, first': 0,
      'score, last': 2,
      'gold, first': 0.4,
      'gold, last': 0.1,
      'gold, best': 0.5,
      'best at KL (nats)': 2,
      'last at KL (nats)': 9,
    });
    expect(() => courseRow('ppo', [])).toThrow('courseRow: ppo has no points');
  });
});
