/** Chit-chat: the user tells something; a full answer reacts to it and asks a question that fits. */
import { at, otherIndex, phraseBook, twoPartKinds, type Family, type Language, type Spec } from '../family';

interface ChitChatSpec extends Spec {
  readonly event: number;
}

interface Event {
  readonly told: readonly string[];
  readonly reactions: readonly string[];
  readonly questions: readonly string[];
}

const events: Readonly<Record<Language, readonly Event[]>> = {
  en: [
    {
      told: [
        'I passed my test today!',
        'Good news, I passed my test!',
        'I can tell you that I passed my test.',
        'I did well in my test.',
      ],
      reactions: ['Well done, that was hard work.', 'That is good news about the test.'],
      questions: ['What was hard in the test?', 'Who helped you to study?'],
    },
    {
      told: [
        'I am so tired today.',
        'Today I feel very tired.',
        'I am tired and I need help.',
        'I did not sleep last night.',
      ],
      reactions: ['I am sorry that you are tired.', 'A day like that is hard for you.'],
      questions: ['Can you go to bed early?', 'Do you have time for sleep?'],
    },
    {
      told: [
        'Today is my birthday!',
        'It is my birthday today.',
        'I have my birthday today.',
        'My birthday is here!',
      ],
      reactions: ['Happy birthday to you, my friend!', 'I wish you a good new year.'],
      questions: ['Who will eat cake with you?', 'How old are you today?'],
    },
    {
      told: [
        'I lost my phone.',
        'My phone is lost.',
        'I cannot find my phone.',
        'I had a phone, now it is lost.',
      ],
      reactions: ['It is sad that you lost it.', 'I am sorry about your phone.'],
      questions: ['Where did you see it?', 'Did you call the phone?'],
    },
  ],
  zh: [
    {
      told: ['我今天通过考试了！', '好消息，我通过考试了！', '告诉你，我通过考试了。', '我这次考得很好。'],
      reactions: ['真好，你工作得很好。', '考试的消息真是好。'],
      questions: ['考试里什么难呢？', '谁帮你学习的呢？'],
    },
    {
      told: ['我今天好累。', '今天我觉得很累。', '我很累，要帮忙。', '我晚上没有睡觉。'],
      reactions: ['你这么累，我很难过。', '这样的一天真难过。'],
      questions: ['你可以早一点睡吗？', '你有时间睡觉吗？'],
    },
    {
      told: ['今天是我的生日！', '我今天过生日。', '我今天有生日。', '我的生日到了！'],
      reactions: ['朋友，祝你生日快乐！', '祝你新的一年天天快乐。'],
      questions: ['谁和你一起吃蛋糕？', '你今天几岁了？'],
    },
    {
      told: ['我的手机丢了。', '我丢了手机。', '我找不到手机了。', '我有手机，现在丢了。'],
      reactions: ['手机丢了真难过。', '手机的事我很难过。'],
      questions: ['你在哪里看到手机的？', '你给手机打电话了吗？'],
    },
  ],
};

export const chitChat: Family<ChitChatSpec> = {
  name: 'chitChat',
  probe: false,
  fillers: true,
  kinds: twoPartKinds,
  sample: (language, rng) => {
    const event = rng.integer(events[language].length);
    return { language, paraphrase: rng.integer(at(events[language], event).told.length), event };
  },
  ask: ({ language, paraphrase, event }) => at(at(events[language], event).told, paraphrase),
  right: ({ language, event }, rng) => {
    const { reactions, questions } = at(events[language], event);
    return [rng.pick(reactions), rng.pick(questions)];
  },
  wrong: ({ language, event }, rng) => {
    const { reactions, questions } = at(events[language], otherIndex(events[language].length, event, rng));
    return [rng.pick(reactions), rng.pick(questions)];
  },
  points: ({ language, event }, sentence) => {
    const { reactions, questions } = at(events[language], event);
    if (reactions.includes(sentence)) return [{ id: 'reaction', worth: 0.5 }];
    return questions.includes(sentence) ? [{ id: 'question', worth: 0.5 }] : [];
  },
  knows: phraseBook((language) =>
    events[language].flatMap(({ reactions, questions }) => [...reactions, ...questions]),
  ),
};
