import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
const make = (config: object = tokenizerConfig, json: object = {}) =>
  createTokenizer({ tokenizerJson: { ...tokenizerJson, ...json }, tokenizerConfig: config });
/** A post-processor that begins texts with BOS. */
const withBos = {
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
  },
};

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

  it('begins text with what the post-processor adds, whatever add_bos_token says, and ends responses with EOS', () => {
    const tokenizer = make(tokenizerConfig, withBos);
    expect(tokenizer.renderPrompt('ab')).toEqual([0, 2, 3]);
    expect(tokenizer.renderPrompt('')).toEqual([0]);
    expect(tokenizer.renderResponse('ab')).toEqual([2, 3, 1]);
    expect(make({ ...tokenizerConfig, add_bos_token: true }).renderPrompt('ab')).toEqual([2, 3]);
    expect(make({ ...tokenizerConfig, add_bos_token: false }, withBos).renderPrompt('ab')).toEqual([0, 2, 3]);
  });

  it('ends an answer in a conversation with the token that the template ends turns with', () => {
    const ending = (end: string) =>
      make({
        ...tokenizerConfig,
        additional_special_tokens: ['c'],
        chat_template: `{% for m in messages %}{{ m.role[0] + ':' + m.content }}${end}{% endfor %}{% if add_generation_prompt %}a:{% endif %}`,
        added_tokens_decoder: { 4: { content: 'c', special: true } },
      });
    const turns = [{ role: 'user' as const, content: 'a' }];
    const tokenizer = ending('c\n');
    expect(tokenizer.turnEndTokenId).toBe(4);
    expect(tokenizer.renderResponse('ab', turns)).toEqual([2, 3, 4]);
    expect(tokenizer.renderResponse('ab', 'a')).toEqual([2, 3, 1]);
    // A template that ends turns with no token of its own, or with EOS.
    for (const end of ['', '\n', '{{ eos_token }}']) {
      expect(ending(end).turnEndTokenId).toBeUndefined();
      expect(ending(end).renderResponse('ab', turns)).toEqual([2, 3, 1]);
    }
  });

  it('writes an answer as the template does, and as it stands where the template does not go on from the prompt', () => {
    const written = (assistant: string, opening = ''): number[] =>
      make({
        ...tokenizerConfig,
        chat_template: `{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% else %}${assistant}{% endif %}{% endfor %}{% if add_generation_prompt %}${opening}{% endif %}`,
      }).renderResponse(' ab ', [{ role: 'user', content: 'a' }]);
    expect(written('{{ m.content | trim + eos_token }}')).toEqual([2, 3, 1]);
    expect(written("{{ 'b' + m.content | trim + eos_token }}")).toEqual([3, 2, 3, 1]);
    const asItStands = [...make(tokenizerConfig).encode(' ab '), 1];
    expect(written('{{ m.content | trim + eos_token }}', 'b')).toEqual(asItStands);
    expect(written('{{ m.content | trim }}')).toEqual(asItStands);
    expect(written("{{ raise_exception('no answers') }}")).toEqual(asItStands);
  });

  it('reads one template, or the default of several', () => {
    const render = (chat_template: unknown) =>
      make({ ...tokenizerConfig, chat_template }).renderPrompt([{ role: 'user', content: 'a' }]);
    expect(render('a')).toEqual([2]);
    expect(
      render([
        { name: 'rag', template: 'b' },
        { name: 'default', template: 'c' },
      ]),
    ).toEqual([4]);
    expect(() => render([{ name: 'rag', template: 'b' }])).toThrow(
      /one of several chat templates must be named default, got rag/,
    );
    expect(() => render(7)).toThrow(/the chat template must be text, got 7/);
  });

  it('gives templates what transformers gives them', () => {
    const chat_template =
      '{% if tools is none and documents is none and not tools %}a{% endif %}{{ pad_token }}{{ image_token }}{% if sep_token is defined %}b{% endif %}';
    const tokenizer = make({
      ...tokenizerConfig,
      pad_token: 'c',
      extra_special_tokens: { image_token: 'd' },
      chat_template,
    });
    expect(tokenizer.renderPrompt([])).toEqual([2, 4, 5]);
  });

  it('finds special tokens that stand in the vocabulary alone, and leaves them out of text', () => {
    const tokenizer = make({ ...tokenizerConfig, pad_token: 'h' });
    expect(tokenizer.decode(tokenizer.encode('ahb'))).toBe('ab');
  });

  it('refuses an added token with two ids', () => {
    const added_tokens_decoder = { 7: { content: '</s>', special: true } };
    expect(() => make({ ...tokenizerConfig, added_tokens_decoder })).toThrow(
      /the added token '<\/s>' has two ids, 1 and 7/,
    );
  });

  it('takes spaces before punctuation away only where asked for, and never with BPE', () => {
    const json = {
      decoder: null,
      model: { type: 'WordLevel', vocab: { '<s>': 0, '</s>': 1, a: 2, '.': 3 }, unk_token: 'a' },
    };
    const clean = { ...tokenizerConfig, clean_up_tokenization_spaces: true };
    expect(make(tokenizerConfig, json).decode([2, 3])).toBe('a .');
    expect(make(clean, json).decode([2, 3])).toBe('a.');
    expect(make(clean).decode(make().encode('a .'))).toBe('a .');
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
    const tokenizer = make(tokenizerConfig, withBos);
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

  it('reads what older directories keep in files of their own, and templates from chat_templates', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tokenizer-'));
    mkdirSync(join(directory, 'chat_templates'));
    const files = {
      'tokenizer.json': JSON.stringify(tokenizerJson),
      'tokenizer_config.json': JSON.stringify({ eos_token: 'a', chat_template: 'c' }),
      'special_tokens_map.json': JSON.stringify(tokenizerConfig),
      'added_tokens.json': JSON.stringify({ '<turn>': 30 }),
      'chat_template.jinja': '<turn>{{ messages[0].content }}',
      'chat_templates/rag.jinja': 'b',
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    const tokenizer = loadTokenizer(directory);
    expect(tokenizer.files).toEqual(files);
    expect(tokenizer).toMatchObject({ bosTokenId: 0, eosTokenId: 1, vocabSize: 31 });
    expect(tokenizer.renderPrompt([{ role: 'user', content: 'ab' }])).toEqual([30, 2, 3]);
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
