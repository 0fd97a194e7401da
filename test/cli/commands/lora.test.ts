/** Commands that train adapters, and commands that read them. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { readJson, readJsonLines } from '../../../lib/files';
import { loadModel, saveModel } from '../../../lib/model/directory';
import { isOfAdapter } from '../../../lib/model/lora/names';
import type { MetricsRow } from '../../../lib/train/metrics';
import { tinyModel } from '../../evaluation/tiny-models';
import { sharedData } from '../../parity/fixture';
import { runMain, type Said } from '../../support/cli';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-lora-'));
const at = (name: string): string => join(folder, name);
const model = (run: string): string => join(at(run), 'model');
const write = (name: string, rows: readonly object[]): void =>
  writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
const common = '--lora-rank 2 --lora-alpha 16 --learning-rate 0.02 --max-steps 3 --engine cpu';

/** Runs a command line; `@name` is a file of the test. */
async function run(line: string): Promise<Said> {
  const said = await runMain(line.replace(/@/g, `${folder}/`).split(' '));
  expect(said.stderr, line).not.toMatch(/^\s+at /m);
  return said;
}

beforeAll(async () => {
  await useEngine('cpu');
  saveModel(at('base'), tinyModel(1));
  const prompts = ['hello', 'how are you', 'there', 'you'].map((prompt) => ({ prompt }));
  write('prompts.jsonl', prompts);
  write('pairs.jsonl', prompts.map(({ prompt }) => ({ prompt, chosen: 'hello there', rejected: 'you' }))); // prettier-ignore
  write('demonstrations.jsonl', prompts.map(({ prompt }) => ({ prompt, response: 'hello there' }))); // prettier-ignore
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('--lora-rank', () => {
  it('makes dpo write an adapter that generate, dpo and merge read', async () => {
    const pairs = '--pairs @pairs.jsonl --batch-size 2 --max-response-tokens 8';
    const { code, result } = await run(`dpo --model @base ${pairs} ${common} --out @dpo`);
    expect([code, result]).toMatchObject([0, { command: 'dpo', model: model('dpo') }]);
    expect(existsSync(join(model('dpo'), 'model.safetensors'))).toBe(false);
    const config = readJson<object>(join(model('dpo'), 'adapter_config.json'));
    expect(config).toMatchObject({ r: 2, lora_alpha: 16, base_model_name_or_path: at('base') });

    const ask = '--prompt hello --greedy --max-new-tokens 8 --json --engine cpu';
    const [base, adapter] = [await run(`generate --model @base ${ask}`), await run(`generate --model @dpo/model ${ask}`)]; // prettier-ignore
    expect(adapter.code).toBe(0);
    expect(adapter.result['logprobs']).not.toEqual(base.result['logprobs']);

    const merged = await run('merge --model @dpo/model --out @merged --engine cpu');
    expect(merged.result).toEqual({ command: 'merge', model: at('merged'), base: at('base') });
    const whole = loadModel(at('merged'));
    expect(Object.keys(whole.params).filter(isOfAdapter)).toEqual([]);
    const answer = await run(`generate --model @merged ${ask}`);
    expect(answer.result['tokens']).toEqual(adapter.result['tokens']);

    // Training goes on from the adapter, and what it writes is one on the same base.
    const more = common.replace('--lora-rank 2 --lora-alpha 16', '');
    const next = await run(`dpo --model @dpo/model ${pairs} ${more} --out @dpo-more`.replace(/ +/g, ' '));
    expect(next.code).toBe(0);
    expect(readJson<object>(join(model('dpo-more'), 'adapter_config.json'))).toEqual(config);
    // The manifest has the files of both.
    const { inputs } = readJson<{ inputs: object }>(join(at('dpo-more'), 'manifest.json'));
    expect(Object.keys(inputs)).toEqual(
      expect.arrayContaining([
        join(model('dpo'), 'adapter_model.safetensors'),
        join(at('base'), 'model.safetensors'),
      ]),
    );
    const second = await run(`dpo --model @dpo/model ${pairs} ${common} --out @refused`);
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('dpo: the model has an adapter already')]); // prettier-ignore
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('makes adapters of every other stage too, which later stages read', async () => {
    const rows = '--batch-size 2 --max-length 24 --lora-dropout 0.1 --lora-targets q_proj,v_proj';
    expect((await run(`sft --model @base --demonstrations @demonstrations.jsonl ${rows} ${common} --out @sft`)).code).toBe(0); // prettier-ignore
    const reward = `reward --model @base --pairs @pairs.jsonl --batch-size 2 --use-rslora ${common} --out @reward`;
    expect((await run(reward)).code).toBe(0);
    expect(readJson(join(model('reward'), 'adapter_config.json'))).toMatchObject({
      task_type: 'SEQ_CLS',
      use_rslora: true,
      modules_to_save: ['score'],
    });
    const sampled = '--prompts @prompts.jsonl --reward-model @reward/model --max-new-tokens 4';
    const sizes = {
      ppo: '--rollout-batch-size 4 --value-init rewardModel',
      grpo: '--generation-batch-size 4 --num-generations 2',
      rloo: '--generation-batch-size 4 --num-generations 2',
    };
    for (const [name, size] of Object.entries(sizes)) {
      const said = await run(`${name} --model @base ${sampled} ${size} ${common} --out @${name}`);
      expect(said.code, said.stderr).toBe(0);
      const { params } = loadModel(model(name));
      expect(Object.keys(params).some(isOfAdapter)).toBe(true);
      expect(params['value.weight']).toBeUndefined();
    }
    const policies = '--policies base=@base,sft=@sft/model,ppo=@ppo/model --baseline base';
    const evaluated = await run(`evaluate ${policies} --prompts @prompts.jsonl --judge vader --max-new-tokens 4 --engine cpu --out @evaluation`); // prettier-ignore
    expect(evaluated.code, evaluated.stderr).toBe(0);
  });

  it.each([
    ['a target that is no layer', '--lora-targets w_proj', "sft: loraTargets: no layer is named 'w_proj' (known: q_proj, k_proj"], // prettier-ignore
    ['an α without a rank', '--lora-rank 0', "sft: 'loraAlpha' is for a new adapter and needs loraRank, got none"], // prettier-ignore
    ['all of the input left out', '--lora-dropout 1', "'loraDropout' must be a number ≥ 0 and ≤ 0.99"],
  ])('is refused with %s', async (_, flags, message) => {
    const line = `sft --model @base --demonstrations @demonstrations.jsonl ${common} --out @no ${flags}`;
    const { code, stderr } = await run(line);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('merge', () => {
  it('refuses a whole model, and to overwrite', async () => {
    const whole = await run('merge --model @base --out @whole --engine cpu');
    expect([whole.code, whole.stderr]).toEqual([2, expect.stringContaining('merge: --model must be the directory of an adapter')]); // prettier-ignore
    expect((await run('merge --model @base --out @base --engine cpu')).stderr).toContain('exists; nothing is overwritten'); // prettier-ignore
  });
});

const stories = sharedData('stories260K');
describe.skipIf(stories.missing)('an adapter on stories260K (skipped: data/stories260K is missing)', () => {
  it('learns pairs, in a directory of a tenth of the model’s size', async () => {
    const pairs = ['Once upon a time', 'Lily saw', 'The dog', 'Ben and Tom'].map((prompt) => ({
      prompt,
      chosen: ' there was a little girl.',
      rejected: ' the the the the',
    }));
    write('stories.jsonl', pairs);
    const flags = '--max-steps 4 --batch-size 4 --max-response-tokens 16 --logging-steps 1 --engine cpu';
    const line = `dpo --model ${stories.path} --pairs @stories.jsonl --lora-rank 4 --lora-targets q_proj,v_proj --learning-rate 0.005 ${flags} --out @stories`;
    expect((await run(line)).code).toBe(0);
    const rows = await readJsonLines<MetricsRow>(join(at('stories'), 'metrics.jsonl'));
    expect(rows[0]?.['loss']).toBeCloseTo(Math.LN2, 5);
    expect(rows.at(-1)?.['loss']).toBeLessThan(0.68);
    const size = (path: string) => statSync(path).size;
    expect(size(join(model('stories'), 'adapter_model.safetensors'))).toBeLessThan(
      size(join(stories.path, 'model.safetensors')) / 10,
    );
    const said = await run('generate --model @stories/model --prompt Lily --max-new-tokens 4 --greedy --engine cpu'); // prettier-ignore
    expect(said.code).toBe(0);
  });
});
