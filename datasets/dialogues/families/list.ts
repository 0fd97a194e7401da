/** Lists: three things of a category; each right item is worth a third, each wrong or doubled one costs a third. */
import { at, fill, otherIndex, someOf, type Family, type Language, type Spec } from '../family';
import { categories, words } from './lexicon';
import type { Rng } from '../../../lib/random';

interface ListSpec extends Spec {
  readonly category: number;
}

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Name three {category}.',
    'Please list three {category}.',
    'Can you tell me three {category}?',
    'Give me a list of three {category}.',
    'I need three {category}, please.',
    'Which three {category} do you know?',
  ],
  zh: [
    '说出三种{category}。',
    '请列出三种{category}。',
    '能告诉我三种{category}吗？',
    '给我写三种{category}。',
    '我要三种{category}的名字。',
    '你知道哪三种{category}？',
  ],
};

const answers = {
  en: {
    2: 'Two {category} that I know are {0} and {1}.',
    3: 'Three {category} that I know are {0}, {1} and {2}.',
  },
  zh: { 2: '我知道的两种{category}是{0}和{1}。', 3: '我知道的三种{category}是{0}、{1}和{2}。' },
} as const;

const shapes = {
  en: /^(Two|Three) (.+) that I know are ([^,]+?)(?:, ([^,]+?))? and ([^,]+)\.$/,
  zh: /^我知道的(两|三)种(.+?)是(.+?)(?:、(.+?))?和(.+)。$/,
} as const;

function sentence(language: Language, category: number, items: readonly string[]): string {
  return fill(answers[language][items.length === 2 ? 2 : 3], {
    category: at(categories[language], category),
    ...Object.fromEntries(items.map((item, index) => [`${index}`, item])),
  });
}

/** The category and items a list sentence names, or undefined when it is no list sentence of this world. */
function parse(text: string, language: Language): { category: number; items: string[] } | undefined {
  const match = shapes[language].exec(text);
  if (!match) return undefined;
  const category = categories[language].indexOf(match[2] ?? '');
  const items = match.slice(3).filter((item) => item !== undefined);
  const isWord = (item: string): boolean => words[language].some((group) => group.includes(item));
  return category >= 0 && items.every(isWord) ? { category, items } : undefined;
}

function some(language: Language, category: number, count: number, rng: Rng): string[] {
  return someOf(at(words[language], category), count, rng);
}

export const list: Family<ListSpec> = {
  name: 'list',
  probe: false,
  fillers: true,
  kinds: { good: 38, partial: 16, wrong: 4, vague: 17, rude: 15, repeated: 4, wrongLanguage: 4, cutOff: 2 },
  sample: (language, rng) => ({
    language,
    paraphrase: rng.integer(requests[language].length),
    category: rng.integer(categories[language].length),
  }),
  ask: ({ language, paraphrase, category }) =>
    fill(at(requests[language], paraphrase), { category: at(categories[language], category) }),
  right: ({ language, category }, rng) => [sentence(language, category, some(language, category, 3, rng))],
  part: ({ language, category }, rng) => [sentence(language, category, some(language, category, 2, rng))],
  wrong: ({ language, category }, rng) => {
    const other = otherIndex(categories[language].length, category, rng);
    const strangers = 1 + rng.integer(3);
    const items = [...some(language, other, strangers, rng), ...some(language, category, 3 - strangers, rng)];
    return [sentence(language, category, rng.shuffle(items))];
  },
  points: (spec, text) => {
    const named = parse(text, spec.language);
    if (named?.category !== spec.category) return [];
    const right = at(words[spec.language], spec.category);
    return named.items.map((item, index) =>
      right.includes(item) && named.items.indexOf(item) === index
        ? { id: item, worth: 1 / 3 }
        : { id: `not ${item}`, worth: -1 / 3 },
    );
  },
  knows: (text, language) => parse(text, language) !== undefined,
};
