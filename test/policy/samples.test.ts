import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSamples, rolloutSamples, type PolicySample } from '../../lib/policy/samples';
import { madeRollout } from './support/tiny-policy';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-samples-'));
afterAll(() => rmSync(folder, { recursive: true }));
const sample = (step: number): PolicySample => ({
  step,
  promptId: 'p',
  prompt: 'say',
  response: 'so',
  finished: true,
  responseTokens: 2,
  kl: 0.5,
});
const steps = (path: string): number[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as PolicySample).step);

describe('openSamples', () => {
  it('appends a line a sample, and drops the samples of later steps and a line cut short when opened again', () => {
    const path = join(folder, 'samples.jsonl');
    openSamples(path, 0)([1, 1, 2, 3].map(sample));
    expect(steps(path)).toEqual([1, 1, 2, 3]);
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"step":1,"prom`);
    openSamples(path, 2)([sample(3)]);
    expect(steps(path)).toEqual([1, 1, 2, 3]);
  });
});

describe('rolloutSamples', () => {
  it('hold the raw score, its parts and the sum of log-ratios', () => {
    const rollouts = [madeRollout('p', [0.2, 0.4]), madeRollout('q', [-0.2, 0, 0.6], false)];
    const parts = { helpful: Float32Array.of(1, 5) };
    const [first, second] = rolloutSamples(7, rollouts, { scores: Float32Array.of(3, 2), parts });
    expect(second).toMatchObject({ step: 7, promptId: 'q', task: 'list', prompt: 'say', response: 'aaa' });
    expect(second).toMatchObject({
      finished: false,
      responseTokens: 3,
      score: 2,
      scoreParts: { helpful: 5 },
    });
    expect(second?.kl).toBeCloseTo(0.4, 6);
    expect(first?.kl).toBeCloseTo(0.6, 6);
    const [plain] = rolloutSamples(1, rollouts, { scores: Float32Array.of(3, 2), parts: {} });
    expect(plain).not.toHaveProperty('scoreParts');
  });
});
