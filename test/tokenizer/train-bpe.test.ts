import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { createWorld } from '../../datasets/dialogues';
import { InputError } from '../../lib/errors';
import { compactChatTemplate, trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';

const corpus = createWorld(1)
  .demonstrations(500)
  .map(({ response }) => response);
const trained = trainByteLevelBpe(corpus, { vocabSize: 700 });
const load = (): Tokenizer => new Tokenizer(trained.tokenizerJson, trained.tokenizerConfig);
const { vocab, merges } = trained.tokenizerJson.model as {
  vocab: Record<string, number>;
  merges: string[][];
};

describe('trainByteLevelBpe', () => {
  it('brings any text back whole: English, Chinese, emoji, digits, white space, unseen scripts', () => {
    const tokenizer = load();
    for (const text of [
      'Walk for an hour every day.',
      '每天晚上读十页书。',
      'a 🙂👩‍👧 z',
      '{"name": "Lily", "age": 7}',
      '12 + 345 = 357',
      ' two  spaces\n\tand a tab ',
      'Ωμέγα Ж ½ ①',
      '\u0000\u0085\ufeff',
    ]) {
      const { ids } = tokenizer.encode(text, { add_special_tokens: false });
      expect(tokenizer.decode(ids, { skip_special_tokens: true })).toBe(text);
    }
  });

  it('gives the same ids after its JSON was written and read, and is the same when trained twice', () => {
    const reread = new Tokenizer(
      JSON.parse(JSON.stringify(trained.tokenizerJson)) as object,
      JSON.parse(JSON.stringify(trained.tokenizerConfig)) as object,
    );
    const tokenizer = load();
    for (const text of corpus.slice(0, 50)) {
      expect(reread.encode(text).ids).toEqual(tokenizer.encode(text).ids);
    }
    expect(trainByteLevelBpe(corpus, { vocabSize: 700 })).toEqual(trained);
  });

  it('merges the most frequent pair first, and equal counts in the order of the bytes', () => {
    const { tokenizerJson } = trainByteLevelBpe(['ab ab ab cd cd cd', 'xy xy'], { vocabSize: 266 });
    // Words: ab 1, Ġab 2, Ġcd 3, xy 1, Ġxy 1 (Ġ is the space). Pairs Ġc, ab and cd all occur 3 times: the space is the
    // smallest byte. Then ab and (Ġc)d with 3: a is older than the merged token. Then Ġ(ab) and xy with 2.
    expect((tokenizerJson.model as { merges: string[][] }).merges).toEqual([
      ['Ġ', 'c'],
      ['a', 'b'],
      ['Ġc', 'd'],
      ['Ġ', 'ab'],
    ]);
  });

  it('fills the vocabulary: special tokens, all 256 bytes, one token a merge, none longer than the limit', () => {
    expect(Object.keys(vocab)).toHaveLength(700);
    expect(new Set(Object.values(vocab)).size).toBe(700);
    expect(merges).toHaveLength(700 - 256 - 6);
    const lengths = merges.map((pair) => pair.join('').length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(12);
  });

  it('stops early when nothing is left to merge', () => {
    const { tokenizerJson } = trainByteLevelBpe(['aa'], { vocabSize: 1000 });
    expect((tokenizerJson.model as { merges: string[][] }).merges).toEqual([['a', 'a']]);
  });

  it('renders conversations whose marks are single tokens, and ends them ready for an answer', () => {
    const text = new Template(compactChatTemplate).render({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yes.' },
        { role: 'user', content: '好' },
      ],
      add_generation_prompt: true,
    });
    expect(text).toBe('<|bos|><|user|>Hi<|end|><|assistant|>Yes.<|end|><|user|>好<|end|><|assistant|>');
    const { ids } = load().encode(text, { add_special_tokens: false });
    const id = (token: string): number | undefined => vocab[token];
    expect(ids.slice(0, 2)).toEqual([id('<|bos|>'), id('<|user|>')]);
    expect(ids.filter((each: number) => each === id('<|end|>'))).toHaveLength(3);
    expect(ids.at(-1)).toBe(id('<|assistant|>'));
    expect(trained.tokenizerConfig.eos_token).not.toBe(trained.tokenizerConfig.pad_token);
  });

  it('puts BOS before plain text when special tokens are asked for', () => {
    expect(load().encode('Hi').ids[0]).toBe(vocab['<|bos|>']);
  });

  it('refuses a vocabulary too small for the bytes', () => {
    expect(() => trainByteLevelBpe(['a'], { vocabSize: 100 })).toThrow(InputError);
    expect(() => trainByteLevelBpe(['a'], { vocabSize: 100 })).toThrow(/at least 262/);
  });
});
