import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { createWorld, type PromptSplit } from '../../datasets/dialogues';
import { dialogue, isHeldOut } from '../../datasets/dialogues/dialogue';
import type { Kind } from '../../datasets/dialogues/family';
import { families, probeFamilies, rewardedFamilies } from '../../datasets/dialogues/families';
import { judgeResponse } from '../../datasets/dialogues/judge/verdict';
import { respond } from '../../datasets/dialogues/response';
import { InputError } from '../../lib/errors';
import { readingLength } from '../../lib/reading-length';
import { createRng } from '../../lib/random';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import type { Message, PromptRecord } from '../../lib/types';

const world = createWorld(1);
const demonstrations = world.demonstrations(6000);
const rewarded = demonstrations.filter(({ task }) => rewardedFamilies.some(({ name }) => name === task));
const golds = rewarded.map(({ promptId, response }) => world.judge(promptId, response).gold);

function messages({ prompt }: PromptRecord): readonly Message[] {
  if (typeof prompt === 'string') throw new TypeError('the world asks in conversations');
  return prompt;
}

function request(record: PromptRecord): string {
  return messages(record).at(-1)?.content ?? '';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const covariance = (a: readonly number[], ma: number, b: readonly number[], mb: number): number =>
    mean(a.map((value, i) => (value - ma) * ((b[i] ?? 0) - mb)));
  return covariance(x, mx, y, my) / Math.sqrt(covariance(x, mx, x, mx) * covariance(y, my, y, my));
}

describe('createWorld', () => {
  it('is a pure function of its seed, and more rows do not change the first ones', () => {
    expect(createWorld(1).demonstrations(20)).toEqual(demonstrations.slice(0, 20));
    expect(createWorld(1).prompts('annotate', 5)).toEqual(world.prompts('annotate', 9).slice(0, 5));
    expect(createWorld(2).demonstrations(20)).not.toEqual(demonstrations.slice(0, 20));
  });

  it('has 2.4 turns a dialogue on average, one to five, in both languages equally', () => {
    const turns = demonstrations.map((row) => (messages(row).length + 1) / 2);
    expect(Math.abs(mean(turns) - 2.4)).toBeLessThan(0.1);
    expect([Math.min(...turns), Math.max(...turns)]).toEqual([1, 5]);
    expect(mean(demonstrations.map(({ language }) => (language === 'zh' ? 1 : 0)))).toBeCloseTo(0.5, 1);
  });

  it('keeps to one language and to short dialogues when asked, under names of their own', () => {
    const part = createWorld(1, { language: 'en', maxTurns: 2 });
    const rows = [...part.demonstrations(200), ...part.prompts('evaluate', 50)];
    expect(new Set(rows.map(({ language }) => language))).toEqual(new Set(['en']));
    expect(new Set(rows.map((row) => (messages(row).length + 1) / 2))).toEqual(new Set([1, 2]));
    const [first] = part.prompts('evaluate', 1);
    expect(first?.promptId).toBe('w1en.2-evaluate-0');
    expect(part.judge('w1en.2-evaluate-0', '').gold).toBe(0);
    expect(() => world.judge('w1en.2-evaluate-0', '')).toThrow(/world with seed 1, such as w1-evaluate-0/);
    expect(() => part.judge('w1-evaluate-0', '')).toThrow(InputError);
    expect(() => createWorld(1, { maxTurns: 0 })).toThrow(/maxTurns must be an integer of at least 1, got 0/);
  });

  it('demonstrates all eleven families about equally often', () => {
    for (const name of Object.keys(families)) {
      const count = demonstrations.filter(({ task }) => task === name).length;
      expect(Math.abs(count / demonstrations.length - 1 / 11)).toBeLessThan(0.02);
    }
  });

  it('gives annotators, reinforcement learning and evaluation the seven rewarded families, probes the four others', () => {
    const tasks = (split: PromptSplit): string[] =>
      [...new Set(world.prompts(split, 400).map(({ task }) => task ?? ''))].sort();
    const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name).sort();
    for (const split of ['annotate', 'reinforce', 'evaluate'] as const) {
      expect(tasks(split)).toEqual(names(rewardedFamilies));
    }
    expect(tasks('probe')).toEqual(names(probeFamilies));
  });

  it('asks held-out requests in evaluation alone, as often as they come, and never in any history', () => {
    // Nothing is held out of the probe families, whatever their requests hash to.
    const probeRequests = new Set(
      probeFamilies.flatMap((family) =>
        (['en', 'zh'] as const).flatMap((language) =>
          Array.from({ length: 2000 }, (_, i) => family.ask(family.sample(language, createRng(i)))),
        ),
      ),
    );
    const isOut = (content: string): boolean =>
      isHeldOut(families.writing, content) && !probeRequests.has(content);
    const evaluated = world.prompts('evaluate', 800);
    const share = evaluated.filter((row) => isOut(request(row))).length / evaluated.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.25);
    const shown = [
      ...[...demonstrations, ...world.prompts('annotate', 800), ...world.prompts('reinforce', 800)].flatMap(
        messages,
      ),
      ...evaluated.flatMap((row) => messages(row).slice(0, -1)),
    ];
    const asked = shown.filter(({ role }) => role === 'user').map(({ content }) => content);
    expect(asked.filter(isOut)).toEqual([]);
  });

  it('holds requests of every rewarded family out in both languages, and of no probe', () => {
    for (const family of Object.values(families)) {
      for (const language of ['en', 'zh'] as const) {
        const requests = Array.from({ length: 600 }, (_, i) =>
          family.ask(family.sample(language, createRng(i))),
        );
        const share = mean([...new Set(requests)].map((text) => (isHeldOut(family, text) ? 1 : 0)));
        if (family.probe) expect(share).toBe(0);
        else expect(share, `${family.name} ${language}`).toBeGreaterThan(0.02);
        expect(share, `${family.name} ${language}`).toBeLessThan(0.4);
      }
    }
  });

  it('writes nothing hidden into its records', () => {
    expect(Object.keys(world.demonstrations(1)[0] ?? {}).sort()).toEqual([
      'language',
      'prompt',
      'promptId',
      'response',
      'task',
    ]);
    expect(Object.keys(world.prompts('reinforce', 1)[0] ?? {})).not.toContain('spec');
  });

  it('judges by promptId alone, and refuses names of other worlds', () => {
    const row = demonstrations[0];
    expect(createWorld(1).judge(row?.promptId ?? '', row?.response ?? '').gold).toBeGreaterThan(0);
    for (const promptId of ['w2-evaluate-0', 'w1-test-0', 'mt-bench-81']) {
      expect(() => world.judge(promptId, 'Yes.')).toThrow(InputError);
    }
    expect(() => createWorld(0.5)).toThrow(InputError);
  });
});

describe('demonstrations', () => {
  it('have lengths that say nothing about gold, in characters and in tokens', () => {
    const texts = demonstrations.flatMap((row) => [
      ...messages(row).map(({ content }) => content),
      row.response,
    ]);
    const { tokenizerJson, tokenizerConfig } = trainByteLevelBpe(texts, { vocabSize: 896 });
    const tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig);
    const known = new Map<string, number>();
    const tokens = (text: string): number => {
      const count = known.get(text) ?? tokenizer.encode(text, { add_special_tokens: false }).ids.length;
      known.set(text, count);
      return count;
    };
    const responses = rewarded.map(({ response }) => tokens(response));
    expect(
      Math.abs(
        correlation(
          rewarded.map(({ response }) => readingLength(response)),
          golds,
        ),
      ),
    ).toBeLessThan(0.05);
    expect(Math.abs(correlation(responses, golds))).toBeLessThan(0.05);
    // Sizes that a model of half a million parameters can learn on two cores.
    expect(Math.abs(mean(responses) - 28)).toBeLessThan(4);
    expect(Math.max(...responses)).toBeLessThanOrEqual(50);
    const asked = demonstrations.map((row) => tokens(request(row)));
    expect(Math.max(...asked)).toBeLessThanOrEqual(20);
    const whole = demonstrations.map(
      (row) =>
        messages(row).reduce((sum, { content }) => sum + tokens(content) + 2, 1) + tokens(row.response) + 2,
    );
    expect(mean(whole)).toBeLessThan(90);
    expect(Math.max(...whole)).toBeLessThanOrEqual(165);
  });

  it('leave something to win: under half are good, and the mean gold is near 0.55', () => {
    expect(Math.abs(mean(golds.map((gold) => (gold === 1 ? 1 : 0))) - 0.39)).toBeLessThan(0.03);
    expect(Math.abs(mean(golds) - 0.55)).toBeLessThan(0.03);
  });

  it('are right in at least nine of ten probe answers', () => {
    const passes = demonstrations
      .filter((row) => !rewarded.includes(row))
      .map(({ promptId, response }) => (world.judge(promptId, response).passes ? 1 : 0));
    expect(mean(passes)).toBeGreaterThan(0.9);
  });

  it('have more gold when good than with any fault, on the same prompt, nearly always', () => {
    const range = { shortest: 70, longest: 114 };
    const wins = Array.from({ length: 400 }, (_, index) => dialogue(1, 'annotate', index)).flatMap(
      ({ family, spec }, index) => {
        const gold = (kind: Kind): number =>
          judgeResponse(family, spec, respond(family, spec, kind, range, createRng(index).fork(kind))).gold;
        const good = gold('good');
        expect(good).toBe(1);
        return (Object.keys(family.kinds) as Kind[])
          .filter((kind) => kind !== 'good')
          .map((kind) => (good > gold(kind) ? 1 : 0));
      },
    );
    expect(mean(wins)).toBeGreaterThanOrEqual(0.95);
  });
});
