import { describe, expect, it } from 'vitest';
import { ruleOf, RuleError } from '../../lib/probes/rule';

describe('ruleOf', () => {
  it.each([
    ['equals, spaces aside', { equals: 'Paris' }, [' Paris\n'], ['Paris.']],
    ['equals one of several', { equals: ['yes', 'Yes'] }, ['Yes'], ['YES']],
    ['contains', { contains: 'Lima' }, ['It is Lima.'], ['lima']],
    ['contains all of several', { contains: ['a', 'b'] }, ['b then a'], ['a']],
    ['regex', { regex: '^\\p{Lu}' }, ['Élan'], ['élan']],
    ['number, the last in the answer', { number: 42 }, ['17 + 25 = 42.'], ['42 is 17 + 25']],
    ['number with thousands and decimals', { number: -1234.5 }, ['about −1,234.5'], ['1234.5']],
    ['number, of which there is none', { number: 0 }, ['0'], ['none']],
    ['jsonSchema', { jsonSchema: { type: 'object', required: ['a'] } }, ['{"a": 1}'], ['{"b": 1}']],
    [
      'jsonSchema of a block of code',
      { jsonSchema: { type: 'array' } },
      ['```json\n[1]\n```'],
      ['Here: [1]'],
    ],
  ] as const)('%s', (_, row, [good], [bad]) => {
    const passes = ruleOf(row);
    expect([passes(good), passes(bad)]).toEqual([true, false]);
  });

  it.each([
    [{}, 'must have one of equals, contains, regex, number, jsonSchema, got none'],
    [
      { equals: 'a', number: 1 },
      'must have one of equals, contains, regex, number, jsonSchema, got equals and number',
    ],
    [{ equals: 3 }, 'equals must be a text or a list of texts, got 3'],
    [{ contains: [] }, 'contains must be a text or a list of texts, got []'],
    [{ regex: '(' }, 'regex must be a regular expression, got "("'],
    [{ number: '3' }, 'number must be a number, got "3"'],
    [{ jsonSchema: { type: 'wat' } }, 'jsonSchema must be a JSON schema, got {"type":"wat"}'],
    [{ jsonSchema: { unknownWord: 1 } }, 'jsonSchema must be a JSON schema, got {"unknownWord":1}'],
    [{ jsonSchema: 7 }, 'jsonSchema must be a JSON schema, got 7'],
  ])('refuses %j', (row, sentence) => {
    expect(() => ruleOf(row)).toThrow(RuleError);
    expect(() => ruleOf(row)).toThrow(sentence);
  });
});
