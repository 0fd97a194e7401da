// Holds the kit's greedy tokens against llama.cpp's. Both read the same tokens; at each position each says which one it would write next.
//
//   npm install --prefix /tmp/llama-cpp node-llama-cpp@3.22.1
//   npx rlhf-kit export gguf --model <dir> --out model.gguf --type F32
//   node experiments/bench/llama-cpp.mjs /tmp/llama-cpp <dir> model.gguf [positions, default 1000]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';

const [packages, directory, file, wanted = '1000'] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
const { useEngine, loadModel, hiddenStates, lmLogits } = require(join(root, 'dist/lib/index.js'));
const entry = join(resolve(packages), 'node_modules/node-llama-cpp/dist/index.js');
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(entry).href);

const engine = await useEngine();
const { params, config, tokenizer } = loadModel(directory);
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath: file });
const length = 250;
const context = await model.createContext({ contextSize: 512 });
const sequence = context.getSequence();

// Prose that both models read: this project's own pages.
const text = ['README.md', 'CONTRIBUTING.md']
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .join('\n');
const tokens = tokenizer.encode(text);
const theirs = model.tokenize(text);
const sameText = tokens.length === theirs.length && tokens.every((token, i) => token === theirs[i]);

/** For each position the token that the kit finds likeliest, and by how much (in nats) it leads. */
function ours(window) {
  const [next, lead] = tf.tidy(() => {
    const hidden = hiddenStates(params, config, tf.tensor2d([window], undefined, 'int32'), tf.ones([1, window.length])); // prettier-ignore
    const logits = lmLogits(params, config, tf.reshape(hidden, [window.length, config.hiddenSize]));
    const { values } = tf.topk(logits, 2);
    const [first, second] = tf.split(values, 2, 1);
    return [tf.argMax(logits, 1).dataSync(), tf.sub(first, second).dataSync()];
  });
  return { next: [...next], lead: [...lead] };
}

async function ofLlamaCpp(window) {
  await sequence.clearHistory();
  const asked = window.map((token) => [
    token,
    { generateNext: { token: true, options: { temperature: 0 } } },
  ]);
  return (await sequence.controlledEvaluate(asked)).map((output) => output?.next?.token);
}

let positions = 0;
let equal = 0;
const apart = [];
for (let from = 0; positions < Number(wanted) && from + length <= tokens.length; from += length) {
  const window = tokens.slice(from, from + Math.min(length, Number(wanted) - positions));
  const { next, lead } = ours(window);
  const other = await ofLlamaCpp(window);
  next.forEach((token, i) => {
    positions++;
    if (token === other[i]) equal++;
    else apart.push({ position: from + i, kit: tokenizer.decode([token]), llamaCpp: tokenizer.decode([other[i]]), lead: Number(lead[i].toFixed(4)) }); // prettier-ignore
  });
}
process.stdout.write(`${JSON.stringify({ engine, file, sameText, tokens: tokens.length, positions, equal, share: equal / positions, apart }, null, 1)}\n`); // prettier-ignore
await llama.dispose();
