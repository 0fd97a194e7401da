/** What an answer must be for a probe to pass: a rule that looks at the text alone. */
import Ajv from 'ajv/dist/2020';
import { errorMessage } from '../errors';

/** Whether an answer passes. */
export type Rule = (response: string) => boolean;

/** A rule that cannot be used. */
export class RuleError extends Error {}

/** A row's own words and one of ours are compared without spaces around them, in one Unicode form. */
const tidy = (text: string): string => text.normalize('NFC').trim();

function texts(name: string, value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every((text) => typeof text === 'string' && text !== ''))
    return list as string[];
  throw new RuleError(`${name} must be a text or a list of texts, got ${JSON.stringify(value)}`);
}

/** The last number in a text: digits with an optional sign, thousands in groups of three, decimals. */
function lastNumber(text: string): number | undefined {
  const found = text.match(/[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?/g)?.at(-1);
  return found === undefined ? undefined : Number(found.replaceAll(',', '').replace('−', '-'));
}

/** JSON that is the whole answer, or stands alone between the marks of a block of code. */
function asJson(text: string): { readonly value: unknown } | undefined {
  const inside = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/.exec(text)?.[1] ?? text;
  try {
    return { value: JSON.parse(inside) as unknown };
  } catch {
    return undefined;
  }
}

type Make = (value: unknown, name: string) => Rule;

const makers: Readonly<Record<string, Make>> = {
  equals: (value, name) => {
    const expected = new Set(texts(name, value).map(tidy));
    return (response) => expected.has(tidy(response));
  },
  contains: (value, name) => {
    const parts = texts(name, value).map((text) => text.normalize('NFC'));
    return (response) => parts.every((part) => response.normalize('NFC').includes(part));
  },
  regex: (value, name) => {
    let pattern: RegExp;
    try {
      pattern = new RegExp(texts(name, value)[0] as string, 'u');
    } catch (error) {
      throw new RuleError(
        `regex must be a regular expression, got ${JSON.stringify(value)} (${errorMessage(error)})`,
      );
    }
    return (response) => pattern.test(tidy(response));
  },
  number: (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new RuleError(`number must be a number, got ${JSON.stringify(value)}`);
    return (response) => lastNumber(response) === value;
  },
  jsonSchema: (value) => {
    let fits: (json: unknown) => boolean;
    try {
      fits = new Ajv({ logger: false }).compile(value as object);
    } catch (error) {
      throw new RuleError(
        `jsonSchema must be a JSON schema, got ${JSON.stringify(value)} (${errorMessage(error)})`,
      );
    }
    return (response) => {
      const json = asJson(tidy(response));
      return json !== undefined && fits(json.value);
    };
  },
};

/** Names of the rules, which are the fields that say them. */
export const ruleNames = Object.keys(makers);

/**
 * The rule of a probe's row, which has exactly one of these fields:
 *
 * - `equals`: the answer, or one of several, is this text, without spaces around it;
 * - `contains`: it holds this text, or all of several;
 * - `regex`: it matches this expression (Unicode, case counts);
 * - `number`: the last number in it is this one;
 * - `jsonSchema`: it is JSON that fits this schema.
 *
 * @throws {RuleError} when there is none or more than one, or what it says cannot be used.
 */
export function ruleOf(row: Readonly<Record<string, unknown>>): Rule {
  const given = ruleNames.filter((name) => row[name] !== undefined && row[name] !== null);
  const [name] = given;
  if (name === undefined || given.length > 1)
    throw new RuleError(`must have one of ${ruleNames.join(', ')}, got ${given.join(' and ') || 'none'}`);
  return (makers[name] as Make)(row[name], name);
}
