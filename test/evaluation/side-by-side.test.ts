import { describe, expect, it } from 'vitest';
import { sideBySide } from '../../lib/evaluation/side-by-side';

const row = (promptId: string, policy: string, language?: string, sample = 0) => ({
  promptId,
  policy,
  ...(language !== undefined && { language }),
  sample,
  prompt: promptId,
  response: `${policy} ${sample}`,
  finished: true,
  responseTokens: 2,
  quality: 0.5,
  kl: 0,
});

describe('sideBySide', () => {
  const languages: readonly [string, string][] = [
    ['a', 'zh'],
    ['b', 'zh'],
    ['c', 'zh'],
    ['d', 'en'],
    ['e', 'zh'],
    ['f', 'en'],
  ];
  const rollouts = ['sft', 'ppo'].flatMap((policy) =>
    languages.flatMap(([id, language]) => [0, 1].map((sample) => row(id, policy, language, sample))),
  );

  it('takes as many prompts of each language, and the rest from where there are more', () => {
    expect(sideBySide(rollouts, 4).map(({ prompt }) => prompt)).toEqual(['d', 'a', 'f', 'b']);
    expect(sideBySide(rollouts, 99).map(({ prompt }) => prompt)).toEqual(['d', 'a', 'f', 'b', 'c', 'e']);
  });

  it('sets the first answer of each policy beside the others', () => {
    const [first] = sideBySide(rollouts, 1);
    expect(first?.language).toBe('en');
    expect(first?.answers.map(({ policy, text }) => [policy, text])).toEqual([
      ['sft', 'sft 0'],
      ['ppo', 'ppo 0'],
    ]);
  });

  it('keeps the order of prompts without a language', () => {
    const shown = sideBySide(
      ['x', 'y', 'z'].map((id) => row(id, 'sft')),
      2,
    );
    expect(shown.map(({ prompt }) => prompt)).toEqual(['x', 'y']);
    expect(shown[0]).not.toHaveProperty('language');
  });
});
