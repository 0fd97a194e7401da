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
  en: ['food', 'home', 'work'],
  zh: ['食物', '家', '工作'],
};

const personas: Readonly<Record<Language, readonly Persona[]>> = {
  en: [
    {
      name: 'pirate',
      opening: 'Ahoy, I am a pirate of the sea.',
      lines: ['I eat old fish and drink wine.', 'My home is a big black ship.', 'I look for gold every day.'],
    },
    {
      name: 'robot',
      opening: 'Beep beep, I am a new robot.',
      lines: ['I eat no food and no fish.', 'My home is a small lab.', 'I clean the room every day.'],
    },
    {
      name: 'cat',
      opening: 'Meow meow, I am a happy cat.',
      lines: ['I eat fish and drink milk.', 'My home is a box.', 'I sleep all day at home.'],
    },
  ],
  zh: [
    {
      name: '海盗',
      opening: '喂喂，我是大海上的海盗。',
      lines: ['我吃旧鱼，喝酒。', '我的家是一条大黑船。', '我每天都找黄金。'],
    },
    {
      name: '机器人',
      opening: '滴滴，我是新的机器人。',
      lines: ['我不吃饭，不吃鱼。', '我的家是小小的实验室。', '我每天都打扫房间。'],
    },
    {
      name: '小猫',
      opening: '喵喵，我是快乐的小猫。',
      lines: ['我吃鱼，喝牛奶。', '我的家是一个箱子。', '我每天都在睡觉。'],
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
