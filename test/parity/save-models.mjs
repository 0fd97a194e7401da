/** Saves models with the built library, each with what the library computes from it: check_saved_model.py compares. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import * as tf from '@tensorflow/tfjs';
import {
  addAdapter,
  createRng,
  hiddenStates,
  initParams,
  lmLogits,
  loadModel,
  saveModel,
  scores,
  useEngine,
} from 'rlhf-kit';

const [storiesDirectory, output] = process.argv.slice(2);
if (output === undefined)
  throw new Error('usage: node save-models.mjs <stories260K directory> <output directory>');
await useEngine('cpu');

const texts = ['', 'Once upon a time', 'Lily saw a big red ball and', 'caf\u00e9 \ud83d\ude00'];

/** Saves, reads back, and writes down the logits of every position, or the scores, of the right-padded batch. */
function save(name, model, dtype) {
  const directory = join(output, name);
  mkdirSync(directory, { recursive: true });
  saveModel(directory, model, dtype);
  const { params, config, tokenizer } = loadModel(directory);
  const rows = texts.map((text) => tokenizer.renderPrompt(text));
  const lengths = rows.map((row) => row.length);
  const T = Math.max(...lengths);
  const columns = Array.from({ length: T }, (_, t) => t);
  const tokens = rows.map((row) => columns.map((t) => row[t] ?? tokenizer.padTokenId));
  const mask = rows.map((row) => columns.map((t) => (t < row.length ? 1 : 0)));
  const hidden = hiddenStates(params, config, tf.tensor2d(tokens, undefined, 'int32'), tf.tensor2d(mask));
  const places = lengths.map((length, b) => b * T + length - 1);
  const computed =
    params['score.weight'] === undefined
      ? {
          logits: tf
            .reshape(lmLogits(params, config, tf.reshape(hidden, [-1, config.hiddenSize])), [
              rows.length,
              T,
              config.vocabSize,
            ])
            .arraySync(),
        }
      : { scores: scores(params, hidden, tf.tensor1d(places, 'int32')).arraySync() };
  writeFileSync(join(directory, 'expected.json'), JSON.stringify({ texts, tokens, mask, ...computed }));
}

const stories = loadModel(storiesDirectory);
save('stories', stories, 'F32');
save('stories-bf16', stories, 'BF16');
save('stories-f16', stories, 'F16');

const config = {
  ...stories.config,
  hiddenSize: 48,
  intermediateSize: 96,
  numHiddenLayers: 3,
  numAttentionHeads: 6,
  numKeyValueHeads: 2,
  headDim: 16,
  ropeTheta: 50000,
  tieWordEmbeddings: false,
};
const random = {
  config,
  tokenizer: stories.tokenizer,
  params: initParams(config, createRng(5).fork('params')),
};
save('untied', random, 'F32');
const head = tf.tensor(createRng(6).normals(config.hiddenSize, 1), [1, config.hiddenSize]);
save('reward', { ...random, params: { ...random.params, 'score.weight': head } }, 'F32');
const storiesHead = tf.tensor(createRng(7).normals(stories.config.hiddenSize, 1), [
  1,
  stories.config.hiddenSize,
]);
save('stories-reward', { ...stories, params: { ...stories.params, 'score.weight': storiesHead } }, 'F32');
const scoreCriteria = ['helpful', 'harmless', 'fluent'].map((name, k) => ({ name, weight: k + 1 }));
save(
  'reward-criteria',
  {
    ...random,
    config: { ...config, scoreCriteria },
    params: {
      ...random.params,
      'score.weight': tf.tensor(createRng(8).normals(3 * config.hiddenSize, 1), [3, config.hiddenSize]),
    },
  },
  'F32',
);

/** Adapters on saved models, as if they had learnt something. */
function saveAdapter(name, base, heads, options) {
  const adapted = addAdapter(loadModel(join(output, base)), { seed: 1, ...options });
  const params = Object.fromEntries(
    Object.entries(adapted.params).map(([key, tensor]) => [
      key,
      key.endsWith('.lora_B.weight')
        ? tf.tensor(createRng(9).fork(key).normals(tensor.size, 0.3), tensor.shape)
        : tensor,
    ]),
  );
  save(name, { ...adapted, params: { ...params, ...heads } }, 'F32');
}
saveAdapter('stories-adapter', 'stories', {}, { loraRank: 4 });
saveAdapter('untied-adapter', 'untied', {}, { loraRank: 8, useRslora: true, loraTargets: 'q_proj,up_proj' });
saveAdapter('reward-adapter', 'untied', { 'score.weight': head }, { loraRank: 2, loraAlpha: 3 });
