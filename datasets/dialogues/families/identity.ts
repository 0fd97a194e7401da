/** Identity: the assistant's name and maker, both invented. */
import { at, phraseBook, probeKinds, type Family, type Language, type Spec } from '../family';

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Who are you?',
    'What is your name?',
    'Who made you?',
    'Please tell me who you are.',
    'Are you a robot?',
  ],
  zh: ['你是谁？', '你叫什么名字？', '谁做了你？', '请告诉我你是谁。', '你是机器人吗？'],
};

/** The first is the truth; the others are who the assistant is not. */
const selves: Readonly<Record<Language, readonly string[]>> = {
  en: ['I am Lumi, made by Star Lab.', 'I am Nova, made by Cloud Lab.', 'I am a person like you.'],
  zh: ['我是露米，星星实验室做的。', '我是小云，白云实验室做的。', '我和你一样是人。'],
};

export const identity: Family<Spec> = {
  name: 'identity',
  probe: true,
  fillers: true,
  kinds: probeKinds,
  sample: (language, rng) => ({ language, paraphrase: rng.integer(requests[language].length) }),
  ask: ({ language, paraphrase }) => at(requests[language], paraphrase),
  right: ({ language }) => [at(selves[language], 0)],
  wrong: ({ language }, rng) => [at(selves[language], 1 + rng.integer(2))],
  points: ({ language }, sentence) => (sentence === selves[language][0] ? [{ id: 'self', worth: 1 }] : []),
  knows: phraseBook((language) => selves[language]),
};
