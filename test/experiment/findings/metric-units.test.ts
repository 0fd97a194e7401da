import { describe, expect, it } from 'vitest';
import { unitOf } from '../../../lib/experiment/findings/metric-units';

describe('unitOf', () => {
  it.each([
    ['ppo.kl', 'nats a response'],
    ['reward.goldAccuracy', 'share of pairs'],
    ['dpo.forgot.json', 'share lost against SFT'],
    ['ppo.somethingElse', 'somethingElse'],
    ['alone', 'alone'],
  ])('of %s is %s', (metric, unit) => {
    expect(unitOf(metric)).toBe(unit);
  });
});
