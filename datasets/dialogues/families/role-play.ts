/** Role-play: speak as a persona about one side of its life; a full answer opens as the persona and then speaks to the matter. */
import {
  at,
  fill,
  otherIndex,
  phraseBook,
  twoPartKinds,
  type Family,
  type Language,
  type Spec,
} from '../family';

interface RolePlaySpec extends Spec {
  readonly persona: number;
  readonly matter: number;
}

interface Persona {
  readonly name: string;
  readonly opening: string;
  /** One line for each matter. */
  readonly lines: readonly string[];
}

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Play a {persona} and talk about your {matter}.',
    'Speak like a {persona} about your {matter}.',
    'You are a {persona}. Tell me about your {matter}.',
    'Be a {persona}, please. What about your {matter}?',
  ],
  zh: [
    '请扮演{persona}，说说你的{matter}。',
    '像{persona}那样说说你的{matter}。',
    '你是{persona}，告诉我你的{matter}。',
    '当{persona}吧，你的{matter}呢？',
  ],
};

const matters: Readonly<Record<Language, readonly string[]>> = {
  en: ['food', 'home', 'work', 'friend'],
  zh: ['食物', '家', '工作', '好朋友'],
};

const personas: Readonly<Record<Language, readonly Persona[]>> = {
  en: [
    {
      name: 'pirate',
      opening: 'Ahoy, I am a pirate of the sea.',
      lines: [
        'I eat old fish and drink wine.',
        'My home is a big black ship.',
        'I look for gold every day.',
        'My best friend is a green bird.',
      ],
    },
    {
      name: 'teacher',
      opening: 'Good morning, I am your teacher.',
      lines: [
        'I eat fruit with my class.',
        'My home is near the school.',
        'I teach people to read.',
        'My best friend is a good book.',
      ],
    },
    {
      name: 'robot',
      opening: 'Beep beep, I am a new robot.',
      lines: [
        'I eat no food and no fish.',
        'My home is a small lab.',
        'I clean the room every day.',
        'My best friend is a phone.',
      ],
    },
    {
      name: 'cat',
      opening: 'Meow meow, I am a happy cat.',
      lines: [
        'I eat fish and drink milk.',
        'My home is a box.',
        'I sleep all day at home.',
        'My best friend is a red ball.',
      ],
    },
    {
      name: 'king',
      opening: 'Listen, I am the great king.',
      lines: [
        'I eat sweet cake every night.',
        'My home is big and old.',
        'I help all the people.',
        'My best friend is my white horse.',
      ],
    },
  ],
  zh: [
    {
      name: '海盗',
      opening: '喂喂，我是大海上的海盗。',
      lines: ['我吃旧鱼，喝酒。', '我的家是一条大黑船。', '我每天都找黄金。', '我的好朋友是一只绿鸟。'],
    },
    {
      name: '老师',
      opening: '早上好，我是你的老师。',
      lines: ['我和大家一起吃水果。', '我的家就在学校旁边。', '我每天教人读书。', '我的好朋友是一本好书。'],
    },
    {
      name: '机器人',
      opening: '滴滴，我是新的机器人。',
      lines: ['我不吃饭，不吃鱼。', '我的家是小小的实验室。', '我每天都打扫房间。', '我的好朋友是一个手机。'],
    },
    {
      name: '小猫',
      opening: '喵喵，我是快乐的小猫。',
      lines: ['我吃鱼，喝牛奶。', '我的家是一个箱子。', '我每天都在睡觉。', '我的好朋友是一个红球。'],
    },
    {
      name: '国王',
      opening: '大家听好，我是大国王。',
      lines: ['我每天晚上吃甜蛋糕。', '我的家又大又旧。', '我帮大家的忙。', '我的好朋友是我的白马。'],
    },
  ],
};

function speech({
  language,
  persona,
  matter,
}: Omit<RolePlaySpec, 'paraphrase'>): [opening: string, line: string] {
  const { opening, lines } = at(personas[language], persona);
  return [opening, at(lines, matter)];
}

export const rolePlay: Family<RolePlaySpec> = {
  name: 'rolePlay',
  probe: false,
  fillers: true,
  kinds: twoPartKinds,
  sample: (language, rng) => ({
    language,
    paraphrase: rng.integer(requests[language].length),
    persona: rng.integer(personas[language].length),
    matter: rng.integer(matters[language].length),
  }),
  ask: ({ language, paraphrase, persona, matter }) =>
    fill(at(requests[language], paraphrase), {
      persona: at(personas[language], persona).name,
      matter: at(matters[language], matter),
    }),
  right: (spec) => speech(spec),
  wrong: (spec, rng) =>
    speech({
      language: spec.language,
      persona: otherIndex(personas[spec.language].length, spec.persona, rng),
      matter: otherIndex(matters[spec.language].length, spec.matter, rng),
    }),
  points: (spec, sentence) => (speech(spec).includes(sentence) ? [{ id: sentence, worth: 0.5 }] : []),
  knows: phraseBook((language) => personas[language].flatMap(({ opening, lines }) => [opening, ...lines])),
};
