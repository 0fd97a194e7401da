import { describe, expect, it } from 'vitest';
import { probePassRates } from '../../lib/probes/pass-rates';
import type { Rollout } from '../../lib/types';

function rollout(promptId: string, task: string | undefined, response: string): Rollout {
  return {
    promptId,
    ...(task !== undefined && { task }),
    prompt: '?',
    response,
    finished: true,
    responseTokens: 1,
  };
}

describe('probePassRates', () => {
  it('gives the share that passes by task, each prompt counting once', () => {
    const rates = probePassRates(
      [
        rollout('a', 'json', 'yes'),
        rollout('a', 'json', 'yes'),
        rollout('a', 'json', 'no'),
        rollout('b', 'json', 'no'),
        rollout('c', 'identity', 'yes'),
      ],
      ({ response }) => response === 'yes',
    );
    expect(rates['json']?.prompts).toBe(2);
    expect(rates['json']?.passRate).toBeCloseTo((2 / 3 + 0) / 2, 12);
    expect(rates['identity']).toMatchObject({ prompts: 1, passRate: 1 });
    expect(rates['identity']?.passRateCi[0]).toBeLessThan(1);
  });

  it('files prompts without a task under other', () => {
    expect(Object.keys(probePassRates([rollout('a', undefined, '')], () => true))).toEqual(['other']);
  });
});
