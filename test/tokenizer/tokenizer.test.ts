import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { createTokenizer, loadTokenizer } from '../../lib/tokenizer/tokenizer';

const shared = process.env['RLHF_KIT_SHARED'] ?? resolve(__dirname, '../../../shared');

/** Letters and the specials; no merges. */
const vocabulary = ['<s>', '</s>', ...'abcdefgh :\nHumnAsti.'];
const tokenizerJson = {
  added_tokens: ['<s>', '</s>'].map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  })),
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: { type: 'Fuse' },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries([...new Set(vocabulary)].map((token, i) => [token, i])),
    merges: [],
  },
};
const tokenizerConfig = { bos_token: '<s>', eos_token: { content: '</s>' } };
const make = (config: object = tokenizerConfig) =>
  createTokenizer({ tokenizerJson, tokenizerConfig: config });

describe('createTokenizer', () => {
  it('encodes without specials and decodes back', () => {
    const tokenizer = make();
    expect(tokenizer.encode('abc')).toEqual([2, 3, 4]);
    expect(tokenizer.decode([0, 2, 3, 4, 1])).toBe('abc');
    expect(tokenizer.decode([])).toBe('');
  });

  it('reads specials given as text or as an object; padding falls back to the end token', () => {
    const { bosTokenId, eosTokenId, padTokenId, vocabSize } = make();
    expect({ bosTokenId, eosTokenId, padTokenId }).toEqual({ bosTokenId: 0, eosTokenId: 1, padTokenId: 1 });
    expect(vocabSize).toBe(new Set(vocabulary).size);
  });

  it('begins text with BOS and ends responses with EOS', () => {
    expect(make().renderPrompt('ab')).toEqual([0, 2, 3]);
    expect(make().renderPrompt('')).toEqual([0]);
    expect(make().renderResponse('ab')).toEqual([2, 3, 1]);
    expect(make({ eos_token: '</s>' }).renderPrompt('ab')).toEqual([2, 3]);
  });

  it('writes conversations through the chat template, up to where the assistant begins', () => {
    const chat_template =
      '{% for m in messages %}{{ m.role[0] }}:{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}a:{% endif %}';
    const tokenizer = make({ ...tokenizerConfig, chat_template });
    const ids = tokenizer.renderPrompt([{ role: 'assistant', content: 'bc' }]);
    expect(tokenizer.plainTranscript).toBe(false);
    expect(ids).toEqual([...tokenizer.encode('a:bc'), 1, ...tokenizer.encode('a:')]);
  });

  it('writes a plain transcript, and says so, when there is no template', () => {
    const tokenizer = make();
    expect(tokenizer.plainTranscript).toBe(true);
    const ids = tokenizer.renderPrompt([
      { role: 'user', content: 'ab' },
      { role: 'assistant', content: 'c' },
      { role: 'user', content: 'd' },
    ]);
    expect(ids[0]).toBe(0);
    expect(tokenizer.decode(ids)).toBe('\n\nHuman: ab\n\nAssistant: c\n\nHuman: d\n\nAssistant:');
  });

  it('refuses missing specials, broken files and templates, in one sentence', () => {
    expect(() => make({ bos_token: '<s>' })).toThrow(InputError);
    expect(() => make({ bos_token: '<s>' })).toThrow(/must name an eos_token/);
    expect(() => make({ eos_token: '<end>' })).toThrow(
      /eos_token '<end>' of tokenizer_config.json is not in the vocabulary/,
    );
    expect(() => createTokenizer({ tokenizerJson: {}, tokenizerConfig })).toThrow(
      /tokenizer.json cannot be used/,
    );
    const broken = make({ ...tokenizerConfig, chat_template: '{% for %}' });
    expect(() => broken.renderPrompt([{ role: 'user', content: 'a' }])).toThrow(
      /chat template cannot render/,
    );
  });
});

describe('loadTokenizer', () => {
  it('keeps the files as they are, and reads chat_template.jinja', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tokenizer-'));
    const files = {
      'tokenizer.json': JSON.stringify(tokenizerJson, null, 3),
      'tokenizer_config.json': JSON.stringify(tokenizerConfig),
      'chat_template.jinja': '{{ messages[0].content }}',
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    const tokenizer = loadTokenizer(directory);
    expect(tokenizer.files).toEqual(files);
    expect(tokenizer.renderPrompt([{ role: 'user', content: 'ab' }])).toEqual([2, 3]);
    rmSync(join(directory, 'tokenizer.json'));
    expect(() => loadTokenizer(directory)).toThrow(/cannot read .*tokenizer.json/);
    rmSync(directory, { recursive: true });
  });

  const stories = join(shared, 'data/stories260K');
  it.skipIf(!existsSync(stories))(
    'encodes with stories260K as its training did (needs shared/data/stories260K)',
    () => {
      const tokenizer = loadTokenizer(stories);
      expect(tokenizer).toMatchObject({ vocabSize: 512, bosTokenId: 1, eosTokenId: 2, padTokenId: 0 });
      const text = 'Once upon a time, there was a little girl named Lily.';
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      // Characters outside the vocabulary fall back to their bytes.
      expect(tokenizer.decode(tokenizer.encode('你好 ☕'))).toBe('你好 ☕');
    },
  );

  const smol = join(shared, 'data/smollm2-tokenizer');
  it.skipIf(!existsSync(smol))(
    'writes ChatML with SmolLM2’s own template (needs shared/data/smollm2-tokenizer)',
    () => {
      const tokenizer = loadTokenizer(smol);
      const ids = tokenizer.renderPrompt([
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi ①' },
      ]);
      const text =
        '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi ①<|im_end|>\n<|im_start|>assistant\n';
      expect(ids).toEqual(tokenizer.encode(text));
      expect(ids.filter((id) => id === tokenizer.bosTokenId)).toHaveLength(3);
      expect(tokenizer.renderResponse('Hello.').at(-1)).toBe(tokenizer.eosTokenId);
    },
  );
});
