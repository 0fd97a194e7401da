/** What a command is: a name, a field table that makes its flags, and a function of the checked configuration. */
import { parseArgs } from 'node:util';
import type { ZodType } from 'zod';
import { describeField, factsOf, parseConfig, type FieldFacts } from '../config';
import { didYouMean, errorMessage, InputError } from '../errors';
import type { Fields, FieldsOf } from '../fields';
import { readJson } from '../files';

export interface Command<C extends object = Record<string, unknown>> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Every field is a flag: `learningRate` is `--learning-rate`; a boolean also has its `--no-` form. */
  readonly fields: FieldsOf<C>;
  /** Fields that may be given by position, in this order: `setup tensorflow`. A last one of type `strings` takes all that follow. */
  readonly positionals?: readonly (keyof C & string)[];
  /** A line to paste that shows how it is used. */
  readonly example: string;
  /** Runs the command. Progress goes to stderr; what is returned is printed as one JSON line on stdout. */
  run(config: Readonly<C>): Promise<unknown>;
}

/** Lets the compiler check a command against its own configuration type, then forgets that type for the list. */
export function defineCommand<C extends object>(command: Command<C>): Command {
  return command as unknown as Command;
}

export function flagName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A field of a command, with what it says of itself. */
type CommandField = readonly [key: string, facts: FieldFacts, field: ZodType];

function fieldsOf({ fields }: { readonly fields: object }): CommandField[] {
  return Object.entries(fields as Fields).map(([key, field]) => [key, factsOf(field), field]);
}

/** Parts have no flags: a `--config` file holds them. */
function isPart([, { type }]: CommandField): boolean {
  return type === 'object';
}

/**
 * Reads a command's configuration from its arguments: default < `--config` file < flag.
 *
 * @throws {InputError} for unknown flags (with the near match), missing values and whatever {@link parseConfig} refuses.
 */
export function parseCommandLine<C extends object>(
  command: Command<C>,
  argv: readonly string[],
): Readonly<C> {
  const fields = fieldsOf(command).filter((one) => !isPart(one));
  const options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean }> = {
    config: { type: 'string' },
  };
  for (const [key, { type }] of fields) {
    const boolean = type === 'boolean';
    options[flagName(key)] = { type: boolean ? 'boolean' : 'string', multiple: type === 'strings' };
    if (boolean) options[`no-${flagName(key)}`] = { type: 'boolean' };
  }
  let parsed;
  try {
    parsed = parseArgs({ args: joinNegativeNumbers(argv), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new InputError(`${command.name}: ${flagProblem(errorMessage(error), Object.keys(options))}`);
  }
  const file = parsed.values['config'] as string | undefined;
  const given: Record<string, unknown> = file === undefined ? {} : readConfigFile(command.name, file);
  const positionals = command.positionals ?? [];
  const last = positionals.at(-1);
  if (last !== undefined && factsOf(command.fields[last]).type === 'strings') {
    const rest = parsed.positionals.splice(positionals.length - 1);
    if (rest.length > 0) given[last] = rest;
  }
  if (parsed.positionals.length > positionals.length) {
    throw new InputError(
      `${command.name}: unexpected argument '${parsed.positionals[positionals.length]}'; expected ${positionals.length === 0 ? 'flags only' : `at most ${positionals.join(' ')}`}`,
    );
  }
  parsed.positionals.forEach((value, i) => (given[positionals[i] as string] = value));
  for (const [key, { type }] of fields) {
    const flag = flagName(key);
    if (type === 'boolean' && parsed.values[`no-${flag}`] === true) given[key] = false;
    const value = parsed.values[flag];
    if (value === undefined) continue;
    given[key] = type === 'number' || type === 'integer' ? toNumber(command.name, flag, value) : value;
  }
  return parseConfig(command.name, command.fields as Fields, given) as Readonly<C>;
}

/** `parseArgs` takes `--margin -1` for two flags; `--margin=-1` it understands. */
function joinNegativeNumbers(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of argv) {
    const last = joined.at(-1);
    if (/^-\d/.test(word) && last?.startsWith('--') && !last.includes('='))
      joined[joined.length - 1] = `${last}=${word}`;
    else joined.push(word);
  }
  return joined;
}

function flagProblem(message: string, known: readonly string[]): string {
  const unknown = /Unknown option '--?([^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message;
  return `unknown flag '--${unknown}'${didYouMean(unknown, known, '--')} (see --help)`;
}

function readConfigFile(command: string, path: string): Record<string, unknown> {
  const json = readJson(path);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InputError(
      `${command}: ${path} must hold a JSON object, got ${Array.isArray(json) ? 'an array' : typeof json}`,
    );
  }
  // For editors.
  const { $schema, ...fields } = json as Record<string, unknown>;
  void $schema;
  return fields;
}

function toNumber(command: string, flag: string, value: unknown): number {
  const number = Number(value);
  if (value === '' || Number.isNaN(number))
    throw new InputError(`${command}: '--${flag}' must be a number, got '${String(value)}'`);
  return number;
}

/** The text of `rlhf-kit <command> --help`: every flag with range, default, source and doc. */
export function commandHelp<C extends object>(command: Command<C>): string {
  const positionals = (command.positionals ?? [])
    .map((name) => ` [${name}${factsOf(command.fields[name]).type === 'strings' ? ' …' : ''}]`)
    .join('');
  const lines = [`rlhf-kit ${command.name}${positionals} [flags]`, '', `  ${command.summary}`, '', 'Flags'];
  const fields = fieldsOf(command);
  for (const [key, facts, field] of fields.filter((one) => !isPart(one))) {
    const { doc, optional, default: value } = facts;
    const when = value !== undefined ? `default ${String(value)}` : optional ? 'optional' : 'required';
    const source = facts.source === undefined ? '' : `, ${facts.source}`;
    const unit = facts.unit === undefined ? '' : ` ${facts.unit}`;
    lines.push(`  --${flagName(key)}`, `      ${doc} (${describeField(field)}${unit}; ${when}${source})`);
  }
  const parts = fields.filter(isPart).map(([key]) => key);
  lines.push(
    '  --config',
    `      a JSON file with the same fields in camelCase${parts.length === 0 ? '' : `, and with those of ${parts.join(', ')}`}; flags win over it`,
    '  --help',
    '      this text',
    '',
    'Example',
    `  ${command.example}`,
  );
  return `${lines.join('\n')}\n`;
}
