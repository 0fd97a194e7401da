/** `rlhf-kit generate`: continues one prompt with a model directory. */
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { loadModel } from '../../model/directory';
import { generate } from '../../model/generate';
import { stopTokenIds } from '../../model/stop-tokens';
import { createRng } from '../../random';
import { disposeTree } from '../../tensor/pytree';
import type { Prompt } from '../../types';
import { defineCommand } from '../command';
import { startEngine } from '../restart';

interface GenerateCommandConfig {
  readonly model: string;
  readonly prompt: string;
  readonly chat: boolean;
  readonly samples: number;
  readonly maxNewTokens: number;
  readonly greedy: boolean;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  readonly json: boolean;
  readonly engine?: string;
}

const fields: FieldTable<GenerateCommandConfig> = {
  model: { doc: 'Hugging Face directory of the model', type: 'path' },
  prompt: { doc: 'text to continue; empty starts at the BOS token', type: 'string', default: '' },
  chat: { doc: "take the prompt as a user's turn and answer it", type: 'boolean', default: false },
  samples: { doc: 'continuations of the prompt', type: 'integer', default: 1, min: 1 },
  maxNewTokens: { doc: 'length limit', type: 'integer', default: 128, min: 1, unit: 'tokens' },
  greedy: { doc: 'always the likeliest token (as temperature 0)', type: 'boolean', default: false },
  temperature: { doc: 'divides the logits; 0 is greedy', type: 'number', default: 1, min: 0 },
  topK: { doc: 'draw from the k likeliest tokens only; 0: from all', type: 'integer', default: 0, min: 0 },
  topP: {
    doc: 'draw from the likeliest tokens that together reach this probability',
    type: 'number',
    default: 1,
    min: 0,
    exclusiveMin: true,
    max: 1,
  },
  seed: { doc: 'seed of the samples', type: 'integer', default: 1, min: 0 },
  json: { doc: 'print {text, tokens, logprobs} as a line of JSON', type: 'boolean', default: false },
  engine: {
    doc: 'engine to compute on; RLHF_KIT_ENGINE when absent, then tensorflow',
    type: 'string',
    optional: true,
  },
};

export const generateCommand = defineCommand<GenerateCommandConfig>({
  name: 'generate',
  summary: 'continue a prompt with a model',
  fields,
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
