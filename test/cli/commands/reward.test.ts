import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../lib/cli/command';
import { rewardCommand } from '../../../lib/cli/commands/reward';
import { InputError } from '../../../lib/errors';
import { readJson, readJsonLines } from '../../../lib/files';
import { loadModel, saveModel } from '../../../lib/model/directory';
import { initParams } from '../../../lib/model/params';
import { createRng } from '../../../lib/random';
import { rewardScorer } from '../../../lib/reward/score';
import type { RewardScorecard } from '../../../lib/reward/scorecard/scorecard';
import { createTokenizer } from '../../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../../lib/tokenizer/train-bpe';
import { useEngine } from '../../../lib/backend';

const shared = process.env['RLHF_KIT_SHARED'] ?? resolve(__dirname, '../../../../shared');
const stories = join(shared, 'data/stories260K');
const helpful = join(shared, 'data/hh-rlhf/helpful-base.test.jsonl.gz');

let folder: string;
const at = (name: string): string => join(folder, name);

const words = ['good', 'bad', 'fine', 'the', 'answer', 'is', 'here'];

/** Twenty pairs; the longer answer usually wins. */
function examplePairs(): Record<string, unknown>[] {
  const rng = createRng(1);
  const text = (count: number): string => Array.from({ length: count }, () => rng.pick(words)).join(' ');
  return Array.from({ length: 20 }, (_, i) => {
    const [long, short] = [text(4 + rng.integer(4)), text(1 + rng.integer(2))];
    const [chosen, rejected] = i % 5 === 0 ? [short, long] : [long, short];
    return { prompt: `question ${i}`, chosen, rejected };
  });
}

function writePairsFile(name: string, rows: readonly Record<string, unknown>[]): string {
  writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return at(name);
}

const small = ['--engine', 'cpu', '--max-steps', '2', '--batch-size', '2', '--eval-fraction', '0.2'];

async function run(...flags: string[]): Promise<Record<string, unknown>> {
  return (await rewardCommand.run(parseCommandLine(rewardCommand, [...small, ...flags]))) as Record<
    string,
    unknown
  >;
}

beforeAll(async () => {
  await useEngine('cpu');
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-reward-'));
  const tokenizer = createTokenizer(trainByteLevelBpe([words.join(' ')], { vocabSize: 280 }));
  const config = {
    vocabSize: tokenizer.vocabSize,
    hiddenSize: 8,
    intermediateSize: 16,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    numKeyValueHeads: 1,
    headDim: 4,
    maxPositionEmbeddings: 64,
    rmsNormEps: 1e-5,
    ropeTheta: 10000,
    tieWordEmbeddings: true,
  };
  saveModel(at('sft'), { params: initParams(config, createRng(1)), config, tokenizer });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('rlhf-kit reward', () => {
  it('leaves a reward model that scores, a scorecard and the metrics', async () => {
    const pairs = writePairsFile('pairs.jsonl', examplePairs());
    const result = await run('--model', at('sft'), '--pairs', pairs, '--out', at('run'));
    expect(result).toMatchObject({ pairs: 20, badRows: 0, training: 16, heldOut: 4 });
    expect(result['lengthOnlyAccuracy']).toMatchObject({ before: expect.any(Number) as number });

    const config = readJson<Record<string, unknown>>(at('run/model/config.json'));
    expect(config['architectures']).toEqual(['LlamaForSequenceClassification']);
    const scorer = rewardScorer(loadModel(at('run/model')), {
      batchSize: 2,
      maxPromptTokens: 32,
      maxResponseTokens: 32,
    });
    const [a, b] = await scorer([
      { promptId: 'p', prompt: 'question', response: 'good' },
      { promptId: 'p', prompt: 'question', response: 'bad answer' },
    ]);
    expect(a).not.toBe(b);

    const scorecard = readJson<RewardScorecard & { lengthBalance: { method: string } }>(
      at('run/scorecard.json'),
    );
    expect(scorecard.accuracy.n).toBe(4);
    expect(scorecard.accuracy.accuracy).toBe(result['accuracy']);
    expect(scorecard.lengthBalance.method).toBe('none');
    expect(await readJsonLines(at('run/metrics.jsonl'))).toMatchObject([{ step: 2 }]);
  });

  it('balances length when asked, and compares with a noise ceiling', async () => {
    const pairs = writePairsFile('biased.jsonl', examplePairs());
    const flags = ['--length-balance', 'reweight', '--length-balance-buckets', '1', '--noise-ceiling', '0.8'];
    const result = await run('--model', at('sft'), '--pairs', pairs, '--out', at('balanced'), ...flags);
    const { before, after } = result['lengthOnlyAccuracy'] as { before: number; after: number };
    expect(before).toBeGreaterThan(0.7);
    expect(after).toBeCloseTo(0.5, 10);
    expect(readJson<RewardScorecard>(at('balanced/scorecard.json')).noiseCeiling?.ceiling).toBe(0.8);
  });

  it('trains a score for every criterion that the pairs have verdicts on, with a scorecard for each', async () => {
    const rows = examplePairs().map((row, i) => ({
      ...row,
      verdicts: { helpful: i % 5 === 0 ? 'rejected' : 'chosen', ...(i % 2 === 0 && { harmless: 'tie' }) },
    }));
    rows[3] = { ...rows[3], verdicts: { helpful: 'tie', harmless: 'rejected' } } as (typeof rows)[number];
    const pairs = writePairsFile('verdicts.jsonl', rows);
    const flags = ['--criteria', 'overall,helpful', '--criterion-weights', 'overall=1,helpful=3'];
    const result = await run('--model', at('sft'), '--pairs', pairs, '--out', at('criteria'), ...flags);
    expect(Object.keys(result['criteria'] as object)).toEqual(['overall', 'helpful']);
    const model = loadModel(at('criteria/model'));
    expect(model.config.scoreCriteria).toEqual([
      { name: 'overall', weight: 1 },
      { name: 'helpful', weight: 3 },
    ]);
    const card = readJson<{ criteria: Record<string, RewardScorecard> }>(at('criteria/scorecard.json'));
    expect(card.criteria['helpful']?.accuracy.accuracy).toBe(
      (result['criteria'] as Record<string, number>)['helpful'],
    );
    await expect(
      run('--model', at('sft'), '--pairs', pairs, '--out', at('none'), '--criteria', 'fluent'),
    ).rejects.toThrow("has a verdict on criterion 'fluent'");
    expect(existsSync(at('none'))).toBe(false);
  });

  it('sets rows with empty or identical answers aside and counts them, or stops at the first', async () => {
    const rows = examplePairs();
    rows[2] = { prompt: 'q', chosen: 'same', rejected: 'same' };
    rows[5] = { prompt: 'q', chosen: '', rejected: 'something' };
    const pairs = writePairsFile('odd.jsonl', rows);
    const result = await run('--model', at('sft'), '--pairs', pairs, '--out', at('odd'));
    expect(result).toMatchObject({ pairs: 18, badRows: 2 });
    expect((await readJsonLines<{ line: number }>(at('odd/bad-rows.jsonl'))).map(({ line }) => line)).toEqual(
      [3, 6],
    );
    await expect(
      run('--model', at('sft'), '--pairs', pairs, '--out', at('strict'), '--on-bad-row', 'stop'),
    ).rejects.toThrow(/odd.jsonl:3: 'rejected' is the same text as chosen/);
    expect(existsSync(at('strict'))).toBe(false);
  });

  it('refuses a file without a usable row, a run that is there and a model that is not', async () => {
    const same = writePairsFile('same.jsonl', [{ prompt: 'q', chosen: 'same', rejected: 'same' }]);
    await expect(run('--model', at('sft'), '--pairs', same, '--out', at('none'))).rejects.toThrow(
      /no row of .*same.jsonl can be used; the first: .*same.jsonl:1/,
    );
    await expect(run('--model', at('sft'), '--pairs', same, '--out', at('sft'))).rejects.toThrow(
      /nothing is overwritten/,
    );
    await expect(run('--model', at('nowhere'), '--pairs', same, '--out', at('new'))).rejects.toThrow(
      InputError,
    );
  });

  it.skipIf(!existsSync(stories) || !existsSync(helpful))(
    'trains on real pairs with real weights (needs shared/data/stories260K and shared/data/hh-rlhf)',
    async () => {
      const first = (await readJsonLines<Record<string, unknown>>(helpful)).slice(0, 200);
      const pairs = writePairsFile('helpful.jsonl', first);
      const lengths = ['--max-prompt-tokens', '32', '--max-response-tokens', '32'];
      const result = await run(
        ...['--model', stories, '--pairs', pairs, '--out', at('real')],
        ...[...lengths, '--max-steps', '1', '--eval-fraction', '0.01', '--length-balance', 'drop'],
      );
      expect(result).toMatchObject({ pairs: 198, badRows: 2 });
      const { before, after } = result['lengthOnlyAccuracy'] as { before: number; after: number };
      expect(before).toBeGreaterThan(0.55);
      expect(after).toBeCloseTo(0.5, 10);
      const [row] = await readJsonLines<{ loss: number }>(at('real/metrics.jsonl'));
      expect(row?.loss).toBeCloseTo(Math.LN2, 6);
    },
  );
});
