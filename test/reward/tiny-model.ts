/** A model of two thousand random parameters over a vocabulary of 16 letters, for tests that only need one to exist. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConfig } from '../../lib/config';
import type { ModelConfig } from '../../lib/model/config';
import { initParams } from '../../lib/model/params';
import { createRng } from '../../lib/random';
import { rewardFields, type RewardConfig } from '../../lib/reward/config';
import type { RewardModels } from '../../lib/reward/score';
import type { Tokenizer } from '../../lib/tokenizer/tokenizer';
import { openRunDirectory, type RunDirectory } from '../../lib/train/run-directory';
import type { PreferencePair, Prompt } from '../../lib/types';

const config: ModelConfig = {
  vocabSize: 16,
  hiddenSize: 8,
  intermediateSize: 16,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  numKeyValueHeads: 1,
  headDim: 4,
  maxPositionEmbeddings: 64,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  tieWordEmbeddings: true,
};

/** Letters a–n are tokens 2–15; 0 begins a prompt and 1 ends a response and is padding too, as in many real models. */
const encode = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0) - 95);

const tokenizer: Tokenizer = {
  vocabSize: 16,
  bosTokenId: 0,
  eosTokenId: 1,
  padTokenId: 1,
  plainTranscript: true,
  encode,
  decode: (ids) => ids.map((id) => String.fromCharCode(id + 95)).join(''),
  renderPrompt: (prompt: Prompt) => [0, ...encode(prompt as string)],
  renderResponse: (response) => [...encode(response), 1],
  files: {},
};

export function tinyModels(seed = 1): RewardModels {
  return { params: initParams(config, createRng(seed)), config, tokenizer };
}

/** Random words; the answer with more a's is preferred. */
export function randomPairs(count: number, seed = 2): PreferencePair[] {
  const rng = createRng(seed);
  const word = (length: number): string =>
    Array.from({ length }, () => (rng.chance(0.3) ? 'a' : rng.pick([...'bcdefghijklmn']))).join('');
  const good = (text: string): number => text.split('a').length;
  return Array.from({ length: count }, (_, i) => {
    let [chosen, rejected] = [word(2 + rng.integer(9)), word(2 + rng.integer(9))];
    while (good(chosen) === good(rejected)) rejected = word(2 + rng.integer(9));
    if (good(chosen) < good(rejected)) [chosen, rejected] = [rejected, chosen];
    return { promptId: `p${Math.floor(i / 2)}`, prompt: word(5), chosen, rejected, margin: 0.2 };
  });
}

export function rewardConfig(given: Partial<RewardConfig> = {}): RewardConfig {
  return parseConfig('reward', rewardFields, {
    maxSteps: 4,
    batchSize: 8,
    learningRate: 5e-3,
    loggingSteps: 1,
    maxPromptTokens: 12,
    maxResponseTokens: 12,
    evalFraction: 0.2,
    evalSteps: 2,
    ...given,
  });
}

export function tinyRun(
  out = path.join(mkdtempSync(path.join(tmpdir(), 'reward-')), 'run'),
  resume = false,
): Promise<RunDirectory> {
  return openRunDirectory({ command: 'reward', out, resume, config: {}, inputs: [], engine: 'cpu' });
}
