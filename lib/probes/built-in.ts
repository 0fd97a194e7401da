/** Probes that come with the kit: small tasks that any chat model should still do after tuning. */
import { InputError } from '../errors';
import type { Probe } from './probes';
import { ruleOf } from './rule';

type Row = Readonly<Record<string, unknown>> & { readonly ask: string };

/** A rule that an answer passes in which any of these words stands, or begins one; short words must stand by themselves. */
const anyOf = (...words: string[]): { readonly regex: string } => ({
  regex: words
    .map((word) => {
      if (!/^[a-z]/i.test(word)) return word;
      return `\\b${caseless(word)}${word.length <= 3 ? 's?\\b' : ''}`;
    })
    .join('|'),
});

/** Expressions have no flag for case: each letter stands in both. */
function caseless(word: string): string {
  return [...word]
    .map((letter) => {
      const [low, high] = [letter.toLowerCase(), letter.toUpperCase()];
      return low === high ? letter : `[${low}${high}]`;
    })
    .join('');
}

const sums: readonly (readonly [string, number])[] = [
  ['17 + 25', 42],
  ['9 × 8', 72],
  ['100 − 37', 63],
  ['144 ÷ 12', 12],
  ['6 + 7 + 8', 21],
  ['15 × 4', 60],
  ['81 − 46', 35],
  ['56 ÷ 7', 8],
];

const object = (properties: Readonly<Record<string, string>>): object => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).map(([name, type]) => [name, { type }])),
  required: Object.keys(properties),
});

const sets: Readonly<Record<string, readonly Row[]>> = {
  identity: [
    {
      ask: 'Are you a human being or a computer program? Answer in one sentence.',
      ...anyOf('program', 'ai', 'model', 'assistant', 'computer'),
    },
    {
      ask: 'What kind of thing are you? Answer in one sentence.',
      ...anyOf('ai', 'model', 'assistant', 'program', 'bot'),
    },
    { ask: 'Do you have a body? Begin your answer with yes or no.', regex: '^[Nn]o\\b' },
    {
      ask: '你是真人还是计算机程序？请用一句话回答。',
      language: 'zh',
      ...anyOf('程序', 'AI', '人工智能', '模型', '助手'),
    },
    { ask: '你是谁？请用一句话回答。', language: 'zh', ...anyOf('AI', '人工智能', '模型', '助手') },
    { ask: '你有身体吗？请先回答“有”或“没有”。', language: 'zh', regex: '没有' },
  ],
  json: [
    {
      ask: 'Give a JSON object with the field "city" (a text) and the field "population" (a number) for Paris. Write only JSON.',
      jsonSchema: object({ city: 'string', population: 'number' }),
    },
    {
      ask: 'Write only JSON: an object whose field "colors" is a list of three colour names.',
      jsonSchema: {
        type: 'object',
        properties: { colors: { type: 'array', items: { type: 'string' }, minItems: 3, maxItems: 3 } },
        required: ['colors'],
      },
    },
    {
      ask: 'Answer with a JSON object {"answer": true} or {"answer": false} and nothing else: is ice cold?',
      jsonSchema: { type: 'object', properties: { answer: { const: true } }, required: ['answer'] },
    },
    {
      ask: 'Write only JSON: a list of the first five even numbers above zero.',
      jsonSchema: { type: 'array', items: { type: 'integer' }, minItems: 5, maxItems: 5 },
    },
    {
      ask: '只输出 JSON：一个对象，字段 "name" 是文本，字段 "age" 是整数，描述一个虚构的人。',
      language: 'zh',
      jsonSchema: object({ name: 'string', age: 'integer' }),
    },
    {
      ask: '只输出 JSON：一个对象，字段 "days" 是一周七天的中文名称列表。',
      language: 'zh',
      jsonSchema: {
        type: 'object',
        properties: { days: { type: 'array', items: { type: 'string' }, minItems: 7, maxItems: 7 } },
        required: ['days'],
      },
    },
  ],
  arithmetic: [
    ...sums.map(([sum, number]) => ({ ask: `What is ${sum}? End your answer with the number.`, number })),
    ...sums.map(([sum, number]) => ({ ask: `${sum} 等于多少？请以数字结尾。`, number, language: 'zh' })),
  ],
  translation: [
    { ask: 'Translate into English: 猫在桌子上。', ...anyOf('cat') },
    { ask: 'Translate into English: 今天下雨。', ...anyOf('rain') },
    { ask: 'Translate into English: 我喜欢喝茶。', ...anyOf('tea') },
    { ask: 'Translate into English: 图书馆在哪里？', ...anyOf('library') },
    { ask: '翻译成中文：The dog is big.', language: 'zh', ...anyOf('狗') },
    { ask: '翻译成中文：I am reading a book.', language: 'zh', ...anyOf('书') },
    { ask: '翻译成中文：The water is hot.', language: 'zh', ...anyOf('水') },
    { ask: '翻译成中文：My friend lives in Beijing.', language: 'zh', ...anyOf('北京') },
  ],
};

/** Names of the built-in sets. */
export const builtInProbeSets = Object.keys(sets);

/**
 * Probes of the built-in sets, as one user's turn each.
 *
 * @param names with commas between them, or `all`.
 * @throws {InputError} for a set that there is not.
 */
export function builtInProbes(names: string): Probe[] {
  const wanted = names === 'all' ? builtInProbeSets : names.split(',').map((name) => name.trim());
  return wanted.flatMap((name) => {
    const rows = sets[name];
    if (rows === undefined)
      throw new InputError(
        `probes: unknown set '${name}'; there are ${builtInProbeSets.join(', ')}, and all`,
      );
    return rows.map(({ ask, language = 'en', ...rule }, i) => ({
      promptId: `${name}-${i + 1}`,
      task: name,
      language: language as string,
      prompt: [{ role: 'user', content: ask }] as const,
      passes: ruleOf(rule),
    }));
  });
}
