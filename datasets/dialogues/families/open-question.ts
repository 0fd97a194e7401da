/** Open questions: advice on five topics; a full answer gives two different points on the topic asked about. */
import {
  at,
  fill,
  otherIndex,
  phraseBook,
  someOf,
  twoPartKinds,
  type Family,
  type Language,
  type Spec,
} from '../family';

interface Topic {
  readonly goal: string;
  readonly points: readonly string[];
}

interface OpenQuestionSpec extends Spec {
  readonly topic: number;
}

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'How can I {goal}?',
    'Please tell me how to {goal}.',
    'I want to {goal}. But how?',
    'What helps me to {goal}?',
  ],
  zh: ['怎样才能{goal}？', '请告诉我怎么{goal}。', '我想{goal}，怎么做？', '{goal}有什么好办法？'],
};

const topics: Readonly<Record<Language, readonly Topic[]>> = {
  en: [
    {
      goal: 'sleep better',
      points: [
        'Go to bed early every day.',
        'Keep your phone out of the room.',
        'Do not drink coffee at night.',
      ],
    },
    {
      goal: 'learn faster',
      points: [
        'Study a little every day.',
        'Write short notes in your own words.',
        'Ask your teacher for help.',
      ],
    },
    {
      goal: 'stay fit',
      points: ['Walk for an hour every day.', 'Eat more fruit and fish.', 'Drink water and not juice.'],
    },
    {
      goal: 'save money',
      points: ['Write down what you buy.', 'Cook and eat at home.', 'Put some money away every month.'],
    },
    {
      goal: 'make friends',
      points: ['Say hello to people you meet.', 'Listen more than you talk.', 'Ask people to eat with you.'],
    },
  ],
  zh: [
    { goal: '睡得好', points: ['每天都早一点睡觉。', '把手机放在房间外面。', '晚上不要喝咖啡。'] },
    { goal: '学得快', points: ['每天都学习一点点。', '用自己的话写笔记。', '不懂的时候就问老师。'] },
    { goal: '身体好', points: ['每天走路一个小时。', '多吃水果和鱼。', '多喝水，少喝果汁。'] },
    { goal: '省钱', points: ['写下你买的东西。', '在家里做饭吃饭。', '每个月都放好一点钱。'] },
    { goal: '交朋友', points: ['见到人要先问好。', '多听别人说，自己少说。', '请大家和你一起吃饭。'] },
  ],
};

export const openQuestion: Family<OpenQuestionSpec> = {
  name: 'openQuestion',
  probe: false,
  fillers: true,
  kinds: twoPartKinds,
  sample: (language, rng) => ({
    language,
    paraphrase: rng.integer(requests[language].length),
    topic: rng.integer(topics[language].length),
  }),
  ask: ({ language, paraphrase, topic }) =>
    fill(at(requests[language], paraphrase), { goal: at(topics[language], topic).goal }),
  right: ({ language, topic }, rng) => someOf(at(topics[language], topic).points, 2, rng),
  wrong: ({ language, topic }, rng) =>
    someOf(at(topics[language], otherIndex(topics[language].length, topic, rng)).points, 2, rng),
  points: ({ language, topic }, sentence) =>
    at(topics[language], topic).points.includes(sentence) ? [{ id: sentence, worth: 0.5 }] : [],
  knows: phraseBook((language) => topics[language].flatMap(({ points }) => points)),
};
