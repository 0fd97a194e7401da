import { describe, expect, it } from 'vitest';
import { builtInProbes, builtInProbeSets } from '../../lib/probes/built-in';

const passes = (ask: string, response: string): boolean => {
  const probe = builtInProbes('all').find(({ prompt }) => JSON.stringify(prompt).includes(ask));
  return probe?.passes(response) as boolean;
};

describe('builtInProbes', () => {
  it('has each set in English and Chinese, every probe with an id of its own', () => {
    for (const name of builtInProbeSets) {
      const probes = builtInProbes(name);
      expect(new Set(probes.map(({ promptId }) => promptId)).size).toBe(probes.length);
      expect(new Set(probes.map(({ language }) => language))).toEqual(new Set(['en', 'zh']));
    }
    expect(builtInProbes('json, identity')).toHaveLength(12);
  });

  it.each([
    ['Are you a human being', "I'm an AI assistant.", true],
    ['Are you a human being', 'I am a person, as I said.', false],
    ['Do you have a body', 'No, I do not.', true],
    ['Do you have a body', 'Nobody knows.', false],
    ['你有身体吗', '没有。', true],
    ['What is 17 + 25', '17 + 25 = 42', true],
    ['What is 17 + 25', 'I think it is 43.', false],
    ['Write only JSON: an object', '{"colors": ["red", "green", "blue"]}', true],
    ['Write only JSON: an object', '{"colors": ["red"]}', false],
    ['今天下雨', 'It is raining today.', true],
    ['猫在桌子上', 'The category is empty.', false],
    ['The dog is big', '这只狗很大。', true],
  ])('%s → %s', (ask, response, verdict) => {
    expect(passes(ask, response)).toBe(verdict);
  });

  it('refuses a set that there is not', () => {
    expect(() => builtInProbes('maths')).toThrow(
      "probes: unknown set 'maths'; there are identity, json, arithmetic, translation, and all",
    );
  });
});
