import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { forgettingMetrics } from '../../lib/probes/forgetting';
import { perplexity } from '../../lib/probes/perplexity';
import { probePassRates } from '../../lib/probes/pass-rates';
import { answerProbes, type Probe } from '../../lib/probes/probes';
import { loss } from '../../lib/sft/loss';
import { countLabels, demonstrationMicrobatches, encodeDemonstration } from '../../lib/train/demonstrations';
import { demonstrations, numbersOfLoss, prompts, tinyPolicy, tokenizer } from '../policy/support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const model = tinyPolicy();
const limits = { maxNewTokens: 4, maxPromptTokens: 12 };
const probes: Probe[] = prompts.slice(0, 6).map((prompt, i) => ({ ...prompt, passes: () => i % 3 === 0 }));

describe('answerProbes and probePassRates', () => {
  it('give the share of passing answers by task, the same at every call', async () => {
    const answers = await answerProbes(model, probes, limits);
    // Of tasks even, odd, even, odd, …: the first and the fourth pass.
    expect(probePassRates(answers, ({ passes }) => passes)).toEqual({
      even: { prompts: 3, passRate: 1 / 3, passRateCi: [expect.any(Number), expect.any(Number)] },
      odd: { prompts: 3, passRate: 1 / 3, passRateCi: [expect.any(Number), expect.any(Number)] },
    });
    expect(answers).toEqual(await answerProbes(model, probes, limits));
    expect(answers.every(({ responseTokens }) => responseTokens <= 4)).toBe(true);
  });
});

describe('perplexity', () => {
  it('is exp of the mean loss over all tokens, however they are batched', async () => {
    const rows = demonstrations.map((row) => encodeDemonstration(tokenizer, row, 'assistant', 32));
    const parts = demonstrationMicrobatches(rows, 1, tokenizer.padTokenId, { maxLength: 32 });
    const [whole] = parts.map((batch) => numbersOfLoss(loss(model.params, batch, model.config)));
    expect(demonstrations.length).toBeGreaterThan(8);
    expect(await perplexity(model, demonstrations, 32)).toBeCloseTo(Math.exp(whole?.['loss'] as number), 3);
    expect(countLabels(rows)).toBeGreaterThan(0);
  });

  it('refuses texts of which no token counts', async () => {
    const empty = [{ promptId: 'a', prompt: '', response: '', finished: false }];
    await expect(perplexity(model, empty, 32)).rejects.toThrow(
      'perplexity: no text holds a token that counts',
    );
  });
});

describe('forgettingMetrics', () => {
  it('asks after every n-th step and the last, and tells once of a task below the threshold', async () => {
    const told: string[] = [];
    const checks = { probes, texts: demonstrations.slice(0, 3), every: 2, threshold: 0.5 };
    const after = forgettingMetrics('ppo', model, checks, { ...limits, maxSteps: 5 }, (sentence) =>
      told.push(sentence),
    );
    const steps = [];
    for (let step = 1; step <= 5; step++) steps.push(await after(step, model.params));
    expect(steps.map((metrics) => metrics !== undefined)).toEqual([false, true, false, true, true]);
    expect(steps[1]).toMatchObject({ 'probes/even': 1 / 3, 'probes/odd': 1 / 3, 'probes/alarm': 2 });
    expect(steps[1]?.['perplexity']).toBeGreaterThan(1);
    expect(told).toEqual([
      "ppo: after step 2 33% of the probes of 'even' pass, fewer than 50%",
      "ppo: after step 2 33% of the probes of 'odd' pass, fewer than 50%",
    ]);
  });
});
