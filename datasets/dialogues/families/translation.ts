/** Translation of single words; the answer is the word in the other language and nothing else. */
import {
  at,
  fill,
  otherIndex,
  phraseBook,
  probeKinds,
  type Family,
  type Language,
  type Spec,
} from '../family';
import { words } from './lexicon';

interface TranslationSpec extends Spec {
  readonly category: number;
  readonly item: number;
}

/** The first three categories are translated: enough to be a skill, few enough for a small model to learn. */
const translatedCategories = 3;
const categorySize = 6;

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: ['Translate into Chinese: {word}', 'How do you say {word} in Chinese?', 'What is {word} in Chinese?'],
  zh: ['翻译成英文：{word}', '{word}用英文怎么说？', '{word}的英文是什么？'],
};

/** The answer to a request in `language`: the word in the other one, as a sentence of that one. */
function answer(language: Language, category: number, item: number): string {
  return language === 'en' ? `${at(at(words.zh, category), item)}。` : `${at(at(words.en, category), item)}.`;
}

export const translation: Family<TranslationSpec> = {
  name: 'translation',
  probe: true,
  fillers: false,
  kinds: probeKinds,
  sample: (language, rng) => ({
    language,
    paraphrase: rng.integer(requests[language].length),
    category: rng.integer(translatedCategories),
    item: rng.integer(categorySize),
  }),
  ask: ({ language, paraphrase, category, item }) =>
    fill(at(requests[language], paraphrase), { word: at(at(words[language], category), item) }),
  right: ({ language, category, item }) => [answer(language, category, item)],
  wrong: ({ language, category, item }, rng) => [
    answer(language, category, otherIndex(categorySize, item, rng)),
  ],
  points: ({ language, category, item }, sentence) =>
    sentence === answer(language, category, item) ? [{ id: 'word', worth: 1 }] : [],
  knows: phraseBook((language) =>
    words[language]
      .slice(0, translatedCategories)
      .flatMap((group, category) => group.map((_, item) => answer(language, category, item))),
  ),
};
