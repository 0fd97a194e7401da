import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { loadModel } from '../../lib/model/directory';
import { sampleResponses } from '../../lib/model/sample';
import { stopTokenIds } from '../../lib/model/stop-tokens';
import { createRng } from '../../lib/random';
import { disposeTree } from '../../lib/tensor/pytree';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import { tinyConfig } from './tiny';

const root = mkdtempSync(join(tmpdir(), 'stop-tokens-'));
beforeAll(() => useEngine('cpu'));
afterAll(() => rmSync(root, { recursive: true }));

describe('stopTokenIds', () => {
  const { tokenizerJson, tokenizerConfig } = trainByteLevelBpe(['a'], { vocabSize: 270 });
  const withTemplate = (chat_template: string) =>
    createTokenizer({ tokenizerJson, tokenizerConfig: { ...tokenizerConfig, chat_template } });

  it('are those of the configuration, the tokenizer’s and the template’s end of turn, each once', () => {
    const ends = '{% for m in messages %}{{ m.content }}<|user|>{% endfor %}';
    const tokenizer = withTemplate(ends);
    const { eosTokenId, turnEndTokenId } = tokenizer;
    expect(turnEndTokenId).toBeGreaterThan(eosTokenId);
    expect(stopTokenIds({ config: tinyConfig, tokenizer })).toEqual([eosTokenId, turnEndTokenId]);
    const config = { ...tinyConfig, eosTokenId: [7, eosTokenId] };
    expect(stopTokenIds({ config, tokenizer })).toEqual([7, eosTokenId, turnEndTokenId]);
    const plain = withTemplate('{% for m in messages %}{{ m.content + eos_token }}{% endfor %}');
    expect(stopTokenIds({ config: { ...config, eosTokenId: 7 }, tokenizer: plain })).toEqual([7, eosTokenId]);
  });

  const shared = process.env['RLHF_KIT_SHARED'] ?? resolve(__dirname, '../../../shared');
  const [stories, given] = [join(shared, 'data/stories260K'), join(shared, 'cases/03-eos-list')];
  it.skipIf(!existsSync(stories) || !existsSync(given))(
    'end responses at the second id of a list (needs shared/data/stories260K and shared/cases/03-eos-list)',
    async () => {
      const directory = join(root, 'stories');
      for (const from of [stories, given]) cpSync(from, directory, { recursive: true });
      const model = loadModel(directory);
      const [rollout] = await sampleResponses(model, [{ promptId: 'p', prompt: 'Once upon a time' }], {
        samplesPerPrompt: 1,
        maxNewTokens: 24,
        maxPromptTokens: 16,
        temperature: 0,
        rng: createRng(1),
      });
      expect(rollout?.finished).toBe(true);
      expect(rollout?.response).toBe(', there was a little girl named Lily');
      disposeTree(model.params);
    },
  );
});
