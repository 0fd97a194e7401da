/** `rlhf-kit generate`: continues one prompt with a model directory. */
import * as field from '../../fields';
import { InputError } from '../../errors';
import { loadModel } from '../../model/directory';
import { generate } from '../../model/generate';
import { stopTokenIds } from '../../model/stop-tokens';
import { createRng } from '../../random';
import { disposeTree } from '../../tensor/pytree';
import type { Prompt } from '../../types';
import { runFields } from '../../train/fields';
import { defineCommand } from '../command';
import { startEngine } from '../restart';

const fields = {
  model: field.path('Hugging Face directory of the model'),
  prompt: field.text('text to continue; empty starts at the BOS token', { default: '' }),
  chat: field.boolean("take the prompt as a user's turn and answer it", { default: false }),
  samples: field.integer('continuations of the prompt', { default: 1, min: 1 }),
  maxNewTokens: field.integer('length limit', { default: 128, min: 1, unit: 'tokens' }),
  greedy: field.boolean('always the likeliest token (as temperature 0)', { default: false }),
  temperature: field.number('divides the logits; 0 is greedy', { default: 1, min: 0 }),
  topK: field.integer('draw from the k likeliest tokens only; 0: from all', { default: 0, min: 0 }),
  topP: field.number('draw from the likeliest tokens that together reach this probability', {
    default: 1,
    above: 0,
    max: 1,
  }),
  seed: field.integer('seed of the samples', { default: 1, min: 0 }),
  json: field.boolean('print {text, tokens, logprobs} as a line of JSON', { default: false }),
  engine: runFields.engine,
};

type GenerateCommandConfig = field.ConfigOf<typeof fields>;

export const generateCommand = defineCommand<GenerateCommandConfig>({
  name: 'generate',
  summary: 'continue a prompt with a model',
  fields,
  example: 'npx rlhf-kit generate --model runs/sft-01/model --prompt "Name a colour." --chat --samples 3',
  async run(config) {
    await startEngine(config.engine);
    const { params, config: model, tokenizer } = loadModel(config.model);
    if (config.prompt === '' && tokenizer.bosTokenId === undefined && !config.chat)
      throw new InputError(`generate: ${config.model} has no BOS token to start from; give a --prompt`);
    if (config.chat && tokenizer.plainTranscript)
      process.stderr.write(
        `${config.model} has no chat template; the turn is written as a plain transcript\n`,
      );
    const prompt: Prompt = config.chat ? [{ role: 'user', content: config.prompt }] : config.prompt;
    const rendered = tokenizer.renderPrompt(prompt);
    const { bosTokenId } = tokenizer;
    const tokens = rendered.length === 0 && bosTokenId !== undefined ? [bosTokenId] : rendered;
    const responses = await generate(
      params,
      model,
      Array.from({ length: config.samples }, () => tokens),
      {
        maxNewTokens: config.maxNewTokens,
        temperature: config.greedy ? 0 : config.temperature,
        topK: config.topK,
        topP: config.topP,
        stopTokenIds: stopTokenIds({ config: model, tokenizer }),
        rng: createRng(config.seed).fork('generate'),
      },
    );
    disposeTree(params);
    const results = responses.map((response) => ({
      text: tokenizer.decode(response.tokens),
      tokens: response.tokens,
      logprobs: response.logprobs,
    }));
    if (!config.json) return results.map(({ text }) => text).join('\n\n');
    return config.samples === 1 ? results[0] : results;
  },
});
