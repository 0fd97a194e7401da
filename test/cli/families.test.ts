/** Models of other families through the stages: tuned, scored, trained against their own reward model, and saved as what they were. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { parseCommandLine } from '../../lib/cli/command';
import { commands } from '../../lib/cli/commands';
import { readJson, readJsonLines, writeJsonLines } from '../../lib/files';
import { parseModelConfig } from '../../lib/model/config';
import { loadModel, saveModel } from '../../lib/model/directory';
import { initParams } from '../../lib/model/params';
import { createRng } from '../../lib/random';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import type { MetricsRow } from '../../lib/train/metrics';
import { distance } from '../model/tiny';
import { hubConfigs } from '../model/families/hub-configs';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-families-'));
const at = (...names: string[]): string => join(folder, ...names);
beforeAll(async () => {
  await useEngine('wasm');
  const words = ['blue', 'red', 'green', 'white', 'black', 'pink', 'grey', 'brown'];
  const pairs = words.map((word) => ({ prompt: `say ${word}`, chosen: word, rejected: `${word} ${word}` }));
  writeJsonLines(at('pairs.jsonl'), pairs);
  writeJsonLines(at('prompts.jsonl'), pairs.map(({ prompt }) => ({ prompt }))); // prettier-ignore
  writeJsonLines(at('rows.jsonl'), pairs.map(({ prompt, chosen }) => ({ prompt, response: chosen }))); // prettier-ignore
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(line: string): Promise<void> {
  const [name, ...words] = `${line} --engine wasm`.split(' ');
  const command = commands.find((known) => known.name === name) as (typeof commands)[number];
  await command.run(parseCommandLine(command, words));
}

/** A tiny model with the family's own fields. */
function saveTiny(name: string, directory: string): void {
  const tokenizer = createTokenizer(trainByteLevelBpe(['say blue, say red'], { vocabSize: 270 }));
  const sizes = { vocab_size: 270, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2,
    num_key_value_heads: 1, head_dim: 8, max_position_embeddings: 96, query_pre_attn_scalar: 8, sliding_window: 6,
    n_embd: 16, n_layer: 2, n_head: 2, n_positions: 96, n_ctx: 96 }; // prettier-ignore
  const config = parseModelConfig({ ...hubConfigs[name], ...sizes, eos_token_id: tokenizer.eosTokenId });
  saveModel(directory, { config, tokenizer, params: initParams(config, createRng(1)) });
}

describe('stages', () => {
  it.each([
    ['gpt2', 'GPT2LMHeadModel', 'GPT2ForSequenceClassification'],
    ['gemma-3-1b-it', 'Gemma3ForCausalLM', 'Gemma3TextForSequenceClassification'],
    ['GLM-4-9B-0414', 'Glm4ForCausalLM', 'Glm4ForSequenceClassification'],
  ])('tune, score and reinforce %s, and save it as %s or %s', async (name, language, reward) => {
    const [base, sft, rm, ppo] = ['base', 'sft', 'reward', 'ppo'].map((stage) => at(name, stage));
    saveTiny(name, base as string);
    await run(`sft --model ${base} --demonstrations ${at('rows.jsonl')} --max-steps 12 --batch-size 4 --learning-rate 0.01 --out ${sft}`);
    const rows = await readJsonLines<MetricsRow>(join(sft as string, 'metrics.jsonl'));
    expect(rows.at(-1)?.['loss'] as number).toBeLessThan(0.95 * (rows[0]?.['loss'] as number));
    const model = `--model ${sft}/model --max-steps 2`;
    await run(`reward ${model} --pairs ${at('pairs.jsonl')} --out ${rm}`);
    const sampling = '--rollout-batch-size 4 --num-ppo-epochs 1 --max-new-tokens 8 --value-init rewardModel';
    await run(`ppo ${model} --prompts ${at('prompts.jsonl')} --reward-model ${rm}/model ${sampling} --out ${ppo}`);

    const architecture = (stage: string): unknown =>
      readJson<Record<string, unknown>>(join(stage, 'model', 'config.json'))['architectures'];
    expect([sft, rm, ppo].map((stage) => architecture(stage as string))).toEqual([[language], [reward], [language]]);
    const [before, after] = [sft, ppo].map((stage) => loadModel(join(stage as string, 'model')));
    expect(after?.config).toEqual(before?.config);
    expect(Object.keys(after?.params ?? {}).sort()).toEqual(Object.keys(before?.params ?? {}).sort());
    const moved = 'model.layers.1.self_attn.k_proj.weight';
    expect(distance(before?.params[moved] as never, after?.params[moved] as never)).toBeGreaterThan(0);
  }); // prettier-ignore
});
