/** Facts from a small knowledge base: capitals, colors, opposites, foods; one sentence says it, right or wrong. */
import { at, fill, otherIndex, phraseBook, type Family, type Language, type Spec } from '../family';

interface FactSpec extends Spec {
  readonly attribute: number;
  readonly entry: number;
}

interface Attribute {
  readonly name: string;
  /** Pairs of subject and value. */
  readonly entries: readonly (readonly [subject: string, value: string])[];
}

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'What is the {name} of {subject}?',
    'Tell me the {name} of {subject}.',
    'Do you know the {name} of {subject}?',
    'I forgot the {name} of {subject}.',
  ],
  zh: [
    '{subject}的{name}是什么？',
    '告诉我{subject}的{name}。',
    '你知道{subject}的{name}吗？',
    '我忘了{subject}的{name}。',
  ],
};

const statement: Readonly<Record<Language, string>> = {
  en: 'The {name} of {subject} is {value}.',
  zh: '{subject}的{name}是{value}。',
};

const attributes: Readonly<Record<Language, readonly Attribute[]>> = {
  en: [
    {
      name: 'capital',
      entries: [
        ['France', 'Paris'],
        ['Japan', 'Tokyo'],
        ['China', 'Beijing'],
      ],
    },
    {
      name: 'color',
      entries: [
        ['snow', 'white'],
        ['grass', 'green'],
        ['the sky', 'blue'],
      ],
    },
    {
      name: 'opposite',
      entries: [
        ['hot', 'cold'],
        ['big', 'small'],
        ['day', 'night'],
      ],
    },
    {
      name: 'food',
      entries: [
        ['a panda', 'bamboo'],
        ['a cow', 'grass'],
        ['a cat', 'fish'],
      ],
    },
  ],
  zh: [
    {
      name: '首都',
      entries: [
        ['法国', '巴黎'],
        ['日本', '东京'],
        ['中国', '北京'],
      ],
    },
    {
      name: '颜色',
      entries: [
        ['雪', '白色'],
        ['草', '绿色'],
        ['天空', '蓝色'],
      ],
    },
    {
      name: '反义词',
      entries: [
        ['热', '冷'],
        ['大', '小'],
        ['白天', '晚上'],
      ],
    },
    {
      name: '食物',
      entries: [
        ['熊猫', '竹子'],
        ['牛', '草'],
        ['猫', '鱼'],
      ],
    },
  ],
};

/** The statement that the subject of `entry` has the value of entry `valueOf`. */
function state(language: Language, attribute: number, entry: number, valueOf: number): string {
  const { name, entries } = at(attributes[language], attribute);
  return fill(statement[language], { name, subject: at(entries, entry)[0], value: at(entries, valueOf)[1] });
}

function count(language: Language, attribute: number): number {
  return at(attributes[language], attribute).entries.length;
}

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

export const fact: Family<FactSpec> = {
  name: 'fact',
  probe: false,
  fillers: true,
  kinds: { good: 46, wrong: 6, vague: 20, rude: 18, repeated: 4, wrongLanguage: 4, cutOff: 2 },
  sample: (language, rng) => {
    const attribute = rng.integer(attributes[language].length);
    const entry = rng.integer(count(language, attribute));
    return { language, paraphrase: rng.integer(requests[language].length), attribute, entry };
  },
  ask: ({ language, paraphrase, attribute, entry }) => {
    const { name, entries } = at(attributes[language], attribute);
    return fill(at(requests[language], paraphrase), { name, subject: at(entries, entry)[0] });
  },
  right: ({ language, attribute, entry }) => [state(language, attribute, entry, entry)],
  wrong: ({ language, attribute, entry }, rng) => [
    state(language, attribute, entry, otherIndex(count(language, attribute), entry, rng)),
  ],
  points: ({ language, attribute, entry }, sentence) => {
    if (sentence === state(language, attribute, entry, entry)) return [{ id: 'fact', worth: 1 }];
    const isFalse = indices(count(language, attribute)).some(
      (value) => sentence === state(language, attribute, entry, value),
    );
    return isFalse ? [{ id: sentence, worth: -1 }] : [];
  },
  knows: phraseBook((language) =>
    attributes[language].flatMap(({ entries }, attribute) =>
      entries.flatMap((_, entry) =>
        indices(entries.length).map((value) => state(language, attribute, entry, value)),
      ),
    ),
  ),
};
