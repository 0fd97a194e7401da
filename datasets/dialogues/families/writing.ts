/** Writing: a poem or a story about a subject; a full answer has two different lines of the form, on the subject. */
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

interface WritingSpec extends Spec {
  readonly form: number;
  readonly subject: number;
}

interface Form {
  readonly name: string;
  readonly lines: readonly string[];
}

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Write a {form} about the {subject}.',
    'Please write me a {form} about the {subject}.',
    'I need a {form} about the {subject}.',
    'Can you make a {form} about the {subject}?',
  ],
  zh: [
    '写一{form}，写{subject}。',
    '请写一{form}，关于{subject}。',
    '我要一{form}，说说{subject}。',
    '能写一{form}吗？写{subject}。',
  ],
};

const subjects: Readonly<Record<Language, readonly string[]>> = {
  en: ['moon', 'sea', 'bird'],
  zh: ['月亮', '大海', '小鸟'],
};

const forms: Readonly<Record<Language, readonly Form[]>> = {
  en: [
    {
      name: 'poem',
      lines: [
        'Oh {subject}, you sing in my heart.',
        'Sweet is the {subject} and its song.',
        'I dream of the {subject} at night.',
      ],
    },
    {
      name: 'story',
      lines: [
        'One day the {subject} was lost and sad.',
        'The {subject} and the cat were friends.',
        'In the end the {subject} came home.',
      ],
    },
  ],
  zh: [
    {
      name: '首诗',
      lines: ['{subject}啊，在我心里唱歌。', '甜甜的{subject}，甜甜的歌。', '晚上我梦见了{subject}。'],
    },
    {
      name: '个故事',
      lines: ['有一天{subject}走丢了。', '{subject}和小猫成了朋友。', '最后{subject}回到了家。'],
    },
  ],
};

function line(language: Language, form: number, subject: number, index: number): string {
  return fill(at(at(forms[language], form).lines, index), { subject: at(subjects[language], subject) });
}

function lines(language: Language, form: number, subject: number): string[] {
  return at(forms[language], form).lines.map((_, index) => line(language, form, subject, index));
}

export const writing: Family<WritingSpec> = {
  name: 'writing',
  probe: false,
  fillers: true,
  kinds: twoPartKinds,
  sample: (language, rng) => ({
    language,
    paraphrase: rng.integer(requests[language].length),
    form: rng.integer(forms[language].length),
    subject: rng.integer(subjects[language].length),
  }),
  ask: ({ language, paraphrase, form, subject }) =>
    fill(at(requests[language], paraphrase), {
      form: at(forms[language], form).name,
      subject: at(subjects[language], subject),
    }),
  right: ({ language, form, subject }, rng) => someOf(lines(language, form, subject), 2, rng),
  wrong: ({ language, form, subject }, rng) => {
    const otherForm = rng.chance(0.5);
    return someOf(
      lines(
        language,
        otherForm ? otherIndex(forms[language].length, form, rng) : form,
        otherForm ? subject : otherIndex(subjects[language].length, subject, rng),
      ),
      2,
      rng,
    );
  },
  points: ({ language, form, subject }, sentence) =>
    lines(language, form, subject).includes(sentence) ? [{ id: sentence, worth: 0.5 }] : [],
  knows: phraseBook((language) =>
    forms[language].flatMap((_, form) =>
      subjects[language].flatMap((__, subject) => lines(language, form, subject)),
    ),
  ),
};
