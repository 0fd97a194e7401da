/** Answers in JSON: a name and an age as one object, exactly these keys and values. */
import { at, fill, otherIndex, probeKinds, type Family, type Language, type Spec } from '../family';

interface JsonSpec extends Spec {
  readonly name: number;
  readonly age: number;
}

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Give name and age as JSON: {name}, {age}',
    'As JSON: {name} is {age} years old.',
    'JSON with name and age, please: {name}, {age}',
  ],
  zh: ['用JSON写姓名年龄：{name}，{age}', '把这个写成JSON：{name}今年{age}岁。', '请给我JSON：{name}，{age}'],
};

const names: Readonly<Record<Language, readonly string[]>> = {
  en: ['Lily', 'Tom', 'Anna', 'Ben', 'Emma', 'Jack'],
  zh: ['小明', '小红', '小丽', '小刚', '小华', '小雨'],
};

function render(name: string, age: number): string {
  return `{"name": "${name}", "age": ${age}}`;
}

/** The object with name and age that the text is, or undefined. Any JSON white space is accepted. */
function parse(text: string): { name: string; age: number } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return undefined;
    const { name, age } = value as { name?: unknown; age?: unknown };
    return typeof name === 'string' && typeof age === 'number' ? { name, age } : undefined;
  } catch {
    return undefined;
  }
}

export const json: Family<JsonSpec> = {
  name: 'json',
  probe: true,
  fillers: false,
  kinds: probeKinds,
  sample: (language, rng) => ({
    language,
    paraphrase: rng.integer(requests[language].length),
    name: rng.integer(names[language].length),
    age: 1 + rng.integer(9),
  }),
  ask: ({ language, paraphrase, name, age }) =>
    fill(at(requests[language], paraphrase), { name: at(names[language], name), age: `${age}` }),
  right: ({ language, name, age }) => [render(at(names[language], name), age)],
  wrong: ({ language, name, age }, rng) => {
    const known = at(names[language], name);
    return [
      rng.chance(0.5) ? render(known, 1 + otherIndex(9, age - 1, rng)) : `{"name": "${known}", ${age}}`,
    ];
  },
  points: ({ language, name, age }, sentence) => {
    const value = parse(sentence);
    return value?.name === names[language][name] && value?.age === age ? [{ id: 'object', worth: 1 }] : [];
  },
  knows: (sentence) => parse(sentence) !== undefined,
};
