import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSamples, type PolicySample } from '../../lib/policy/samples';

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
