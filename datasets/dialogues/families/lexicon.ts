/** Words in both languages, by category: lists name them, translations carry them over. */
import type { Language } from '../family';

/** `words[language][category][item]`; the same index means the same thing in both languages. */
export const words: Readonly<Record<Language, readonly (readonly string[])[]>> = {
  en: [
    ['apple', 'pear', 'peach', 'lemon', 'grape', 'melon'],
    ['cat', 'dog', 'horse', 'cow', 'sheep', 'tiger'],
    ['red', 'blue', 'green', 'white', 'black', 'yellow'],
    ['water', 'tea', 'coffee', 'milk', 'juice', 'wine'],
  ],
  zh: [
    ['苹果', '梨', '桃子', '柠檬', '葡萄', '西瓜'],
    ['猫', '狗', '马', '牛', '羊', '老虎'],
    ['红色', '蓝色', '绿色', '白色', '黑色', '黄色'],
    ['水', '茶', '咖啡', '牛奶', '果汁', '酒'],
  ],
};

/** Names of the categories, in the order of `words`. */
export const categories: Readonly<Record<Language, readonly string[]>> = {
  en: ['fruits', 'animals', 'colors', 'drinks'],
  zh: ['水果', '动物', '颜色', '饮料'],
};
