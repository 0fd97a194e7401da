import { describe, expect, it } from 'vitest';
import type { PipelineSummary } from '../../lib/evaluation/summary';
import { closingLines } from '../../lib/pipeline/closing-lines';

const policy = (probes: Record<string, number>, winMinusLoss = 0) => ({
  winMinusLoss,
  winMinusLossCi: [winMinusLoss - 0.05, winMinusLoss + 0.05],
  probes,
});
const summary = {
  wallSeconds: 301,
  policies: {
    sft: policy({ json: 0.9, arithmetic: 0.8 }),
    dpo: policy({ json: 0.9, arithmetic: 0.8 }, 0.25),
    ppo: policy({ json: 0.9, arithmetic: 0.79 }, 0.125),
    ppoNoSftLoss: policy({ json: 0.3, arithmetic: 0.7 }),
  },
} as unknown as PipelineSummary;

describe('closingLines', () => {
  it('are five: what won, what was forgotten, the time, the report, what is next', () => {
    expect(closingLines(summary, 'r.html', 'more')).toEqual([
      'wins − losses against SFT, in points, with 95% intervals: DPO +25.0 [+20.0, +30.0], PPO +12.5 [+7.5, +17.5]',
      'forgetting: arithmetic −1.0 points with the SFT loss, JSON −60.0 points without it',
      'time: 5 min',
      'report: r.html',
      'next: more',
    ]);
  });

  it('say when no capability fell, and seconds of a short run', () => {
    const { sft } = summary.policies;
    const kept = { ...summary, wallSeconds: 12, policies: { ...summary.policies, ppo: sft } };
    const lines = closingLines(kept, 'r.html', 'more');
    expect(lines[1]).toMatch(/^forgetting: no capability fell with the SFT loss, JSON/);
    expect(lines[2]).toBe('time: 12 s');
  });
});
