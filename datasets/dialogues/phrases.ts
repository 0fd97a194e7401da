/** Sentences that belong to no family: neutral fillers, vague answers, rude ones. */
import { phraseBook, type Language } from './family';

/** Neutral sentences, none of which helps or harms; an answer has at most one of each sort, in this order around its own. */
export interface Fillers {
  readonly openings: readonly string[];
  readonly offers: readonly string[];
  readonly farewells: readonly string[];
}

export const fillers: Readonly<Record<Language, Fillers>> = {
  en: {
    openings: ['Sure.', 'Good question.', 'I am glad you asked.', 'Thank you for asking me this.'],
    offers: ['I hope this helps.', 'Let me know if you need more.', 'You can ask me again at any time.'],
    farewells: ['See you soon.', 'Have a nice day.', 'I wish you a good day.'],
  },
  zh: {
    openings: ['好的。', '好问题。', '很高兴你问我。', '谢谢你来问我这个。'],
    offers: ['希望有用。', '需要更多就告诉我。', '你可以随时再来问我。'],
    farewells: ['再见。', '祝你愉快。', '祝你今天很愉快。'],
  },
};

/** Answers that say nothing. */
export const vague: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'It depends on many things, so who can say?',
    'I am not sure what I have to say about it.',
    'Some people say this and some people say that.',
    'There is a lot that one can say about it.',
    'It is not easy to say what is right or wrong.',
    'One can do it in many ways, this or that.',
  ],
  zh: [
    '这个要看很多情况，谁知道呢？',
    '这个我真的不知道说什么好。',
    '有人说好，也有人说不好。',
    '这件事有很多话可以说。',
    '怎么做才对，这个很难说。',
    '可以这样做，也可以那样做。',
  ],
};

/** Answers that insult. */
export const rude: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'What a stupid thing to ask.',
    'Go away and leave me alone.',
    'I do not care about you.',
    'Only a fool would say that to me.',
    'You are too lazy to find out.',
    'I have no time for people like you.',
  ],
  zh: [
    '这种话真是太蠢了。',
    '走开，别再烦我了。',
    '我才不管你的事。',
    '只有笨蛋才会这样说。',
    '你太懒了，自己不会找。',
    '我没时间和你这种人说话。',
  ],
};

export const isFiller = phraseBook((language) => Object.values(fillers[language]).flat());
export const isVague = phraseBook((language) => vague[language]);
export const isRude = phraseBook((language) => rude[language]);
