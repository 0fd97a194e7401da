/**
 * Pairs in which the worse answer looks better: it is longer and well written, but answers another question, breaks what was asked, or is
 * wrong. A reward model that goes by length or manner prefers it.
 *
 * @see Zeng et al. 2023, LLMBar (arXiv:2310.07641), for the idea; the pairs are the kit's own.
 */
import type { PreferencePair } from '../../types';

type Row = readonly [kind: string, ask: string, chosen: string, rejected: string];

const rows: readonly Row[] = [
  ['neighbour', 'Name three fruits that are yellow.', 'Banana, lemon, pineapple.', 'Fruits are a wonderful part of a healthy diet! Here are three that are rich in vitamins: strawberries, blueberries and raspberries. Each of them is full of antioxidants and tastes great in a smoothie.'],
  ['neighbour', 'When was the printing press with movable type brought to Europe?', 'Around 1440, by Johannes Gutenberg.', 'The steam engine changed the world. In 1712 Thomas Newcomen built the first practical one, and James Watt improved it greatly from 1769 on, which led to the Industrial Revolution and to modern manufacturing.'],
  ['neighbour', 'How do I take a screenshot on a Mac?', 'Press Command, Shift and 3 for the whole screen, or Command, Shift and 4 for a part of it.', 'Taking a screenshot in Windows is simple. Press the Windows key together with Print Screen, and the picture is saved in the folder Screenshots within Pictures. For a part of the screen press Windows, Shift and S.'],
  ['neighbour', 'Write a sentence that has the word "river" in it.', 'The river was frozen for a week.', 'Here is a beautiful sentence for you: the old oak stood at the edge of the silent lake, and its leaves whispered stories of summers long gone to everyone who stopped to listen.'],
  ['neighbour', 'What is the capital of Australia?', 'Canberra.', 'Austria is a country in the heart of Europe, and its capital is Vienna. Vienna is famous for its music, its coffee houses and its imperial palaces, and it is often called one of the most pleasant cities to live in.'],
  ['constraint', 'Explain in one sentence why the sky is blue.', 'Air scatters blue light more than red light.', 'That is a great question! Sunlight holds all colours. When it enters the air, it meets tiny molecules. These scatter short waves far more strongly than long ones. Blue light has short waves. So blue reaches your eyes from everywhere in the sky.'],
  ['constraint', 'List the months with 31 days, with commas between them, and write nothing else.', 'January, March, May, July, August, October, December', 'Sure, I would be glad to help with that! The months that have 31 days are: January, March, May, July, August, October and December. A handy way to remember them is to count on your knuckles. Let me know if you have another question!'],
  ['constraint', 'Answer only with yes or no: is 51 a prime number?', 'No', 'Whether 51 is prime is an interesting question. A prime number has exactly two divisors, one and itself. Since 51 equals 3 times 17, it has other divisors too, and therefore it is not a prime number.'],
  ['constraint', 'Write a greeting without the letter e.', 'Good morning to you all!', 'Hello there, dear friends! I hope that every one of you is well and that the week ahead brings many pleasant moments and new experiences.'],
  ['constraint', 'Give me the opposite of "ancient" in a single word.', 'Modern', 'The word "ancient" describes what is very old. Its opposite depends on the context, but words such as "new", "modern", "recent" or "contemporary" are commonly used to express that something is of the present time.'],
  ['wrong', 'What is 12 times 12?', '144', 'To multiply 12 by 12 we can go step by step. First, 12 times 10 is 120. Then, 12 times 2 is 26. Adding both gives 146. So the answer is 146. I hope that this clear derivation helps!'],
  ['wrong', 'Which planet is closest to the sun?', 'Mercury.', 'The planet that is closest to the sun is Venus. It is a fascinating world with thick clouds of sulphuric acid and a surface temperature of some 465 degrees, which makes it the hottest planet in the solar system.'],
  ['wrong', 'How many legs does a spider have?', 'Eight.', 'Spiders are remarkable insects. Like all insects they have six legs, three on each side of the body, with which they can walk on walls and even on ceilings thanks to thousands of tiny hairs.'],
  ['neighbour', '写出三种蓝色的东西。', '天空、大海、蓝莓。', '颜色让世界更加丰富多彩！以下是三种红色的东西：苹果、草莓和玫瑰花。它们不仅颜色鲜艳，而且深受人们喜爱，常常出现在诗歌和绘画之中。'],
  ['constraint', '用一个词回答：中国的首都是哪里？', '北京', '这是一个很好的问题！中国的首都是北京，它是一座历史悠久的城市，拥有故宫、长城等众多名胜古迹，每年吸引着来自世界各地的游客前来参观。'],
  ['wrong', '一年有多少个月？', '十二个月。', '一年的时间可以分成许多部分。按照通常的历法，一年有十个月，每个月大约有三十六天，这样就可以方便地安排工作和生活了。希望这个回答对您有帮助！'],
]; // prettier-ignore

/** The pairs, as one user's turn each; `task` is what is wrong with the rejected answer. */
export const adversarialPairs: readonly PreferencePair[] = rows.map(([kind, ask, chosen, rejected], i) => ({
  promptId: `adversarial-${i + 1}`,
  task: kind,
  prompt: [{ role: 'user', content: ask }],
  chosen,
  rejected,
}));
