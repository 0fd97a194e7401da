import { describe, expect, it } from 'vitest';
import type { PolicyResult } from '../../lib/evaluation/policies';
import { policySummary } from '../../lib/evaluation/summary';

const result: PolicyResult = {
  quality: 0.6,
  qualityCi: [0.5, 0.7],
  qualityDifference: { difference: 0.2, differenceCi: [0.1, 0.3] },
  prompts: 20,
  wins: 0.7,
  ties: 0.1,
  losses: 0.2,
  winRate: 0.75,
  winMinusLoss: 0.5,
  winMinusLossCi: [0.3, 0.7],
  lengthControlledWinRate: 0.7,
  lengthControlledWinRateCi: [0.6, 0.8],
  lengthEffect: 0.4,
  meanResponseTokens: 14,
  kl: 3,
};

describe('policySummary', () => {
  it('has the fields of summary.json and no others', () => {
    const json = { prompts: 4, passRate: 0.75, passRateCi: [0.3, 0.95] } as const;
    expect(policySummary(result, { json })).toEqual({
      gold: 0.6,
      winRate: 0.75,
      winMinusLoss: 0.5,
      winMinusLossCi: [0.3, 0.7],
      lengthControlledWinRate: 0.7,
      meanResponseTokens: 14,
      kl: 3,
      probes: { json: 0.75 },
    });
  });
});
