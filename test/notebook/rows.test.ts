import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../lib/evaluation/policies';
import { filterVotes } from '../../lib/filter/chain';
import { filterFields } from '../../lib/filter/config';
import { parseConfig } from '../../lib/config';
import { policyRow, preferenceRow, scorecardRow } from '../../lib/notebook/rows';
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
      policy: 'dpo',
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
});
