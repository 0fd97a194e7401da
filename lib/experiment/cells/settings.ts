/** Settings of an axis: places in a cell's configuration, by dotted path, and the values that go there. */
import { parseConfig, type FieldTable } from '../../config';
import { InputError, nearMatch } from '../../errors';
import { evaluationFields } from '../../evaluation/config';
import { filterFields } from '../../filter/config';
import { dpoLabels } from '../../pipeline/dpo-inputs';
import { dpoFields } from '../../policy/dpo/config';
import { grpoFields } from '../../policy/grpo/config';
import { ppoFields } from '../../policy/ppo/config';
import { rlooFields } from '../../policy/rloo/config';
import { rewardFields } from '../../reward/config';
import { configuredDimensions, weighDimensions } from '../../reward/dimensions';
import { sftFields } from '../../sft/config';
import { experimentBase, type CellConfig } from './dialogues';

export type Setting = number | string | boolean;
/** E.g. `{ "reward.lengthBalance": "drop" }`. */
export type Settings = Readonly<Record<string, Setting>>;

/** What settings a configuration takes. */
export interface KnownSettings {
  /** Stages, which check their own fields. */
  readonly stages: Readonly<Record<string, FieldTable<object>>>;
  /** Parts that hold plain values, with a value for each key: a setting must be of its type. */
  readonly parts: Readonly<Record<string, object>>;
  /** The same for values that stand alone. */
  readonly values: Readonly<Record<string, Setting>>;
  /** Values of which only some are known. */
  readonly choices?: Readonly<Record<string, readonly Setting[]>>;
}

const stages: Readonly<Record<string, FieldTable<object>>> = {
  sft: sftFields,
  filter: filterFields,
  reward: rewardFields,
  dpo: dpoFields,
  ppo: ppoFields,
  grpo: grpoFields,
  rloo: rlooFields,
  evaluation: evaluationFields,
};

/** The base with a seed and with settings in it. The same seed goes to every stage. */
export function cellConfig(where: string, seed: number, settings: Settings): CellConfig {
  const base = experimentBase(seed);
  const { world, model, sampling, annotators } = base;
  const { promptVarianceQuantile, sftTermDemonstrations, annotatedPrompts, bestOf } = base;
  const config = applySettings<CellConfig>(where, base, settings, {
    stages,
    // The sizes of another reward model are those of the model.
    parts: { world, model, sampling, annotators, rewardModel: model },
    values: {
      promptVarianceQuantile,
      sftTermDemonstrations,
      annotatedPrompts,
      dpoLabels: base.dpoLabels,
      bestOf,
      rewardWeights: '',
    },
    choices: { dpoLabels },
  });
  checkDimensions(where, config);
  return config;
}

/** Dimensions and weights that do not go together are found before anything is trained. */
function checkDimensions(where: string, { reward, rewardWeights }: CellConfig): void {
  try {
    const dimensions = configuredDimensions(reward);
    if (rewardWeights === undefined) return;
    if (dimensions === undefined)
      throw new InputError(
        'rewardWeights is for reward models of several dimensions, which reward.dimensions names',
      );
    weighDimensions('rewardWeights', dimensions, rewardWeights);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}

/**
 * A configuration with settings in it.
 *
 * @param where beginning of error messages.
 * @throws {InputError} for a setting that is not known, and for a value that it cannot take.
 */
export function applySettings<C extends object>(
  where: string,
  base: C,
  settings: Settings,
  { stages, parts, values, choices = {} }: KnownSettings,
): C {
  const config = { ...base } as Record<string, unknown>;
  const given: Record<string, Record<string, Setting>> = {};
  const knownOf = (part: string): object => stages[part] ?? parts[part] ?? {};
  const paths = [
    ...Object.keys(values),
    ...[...Object.keys(parts), ...Object.keys(stages)].flatMap((part) =>
      Object.keys(knownOf(part)).map((key) => `${part}.${key}`),
    ),
  ];
  for (const [path, value] of Object.entries(settings)) {
    const [part, key, ...rest] = path.split('.') as [string, string?, ...string[]];
    const isKnown = key === undefined ? part in values : part in parts || part in stages;
    if (rest.length > 0 || !isKnown) throw new InputError(`${where}: ${unknown(path, paths)}`);
    if (key === undefined) config[part] = checkValue(where, path, value, values[part], choices[part]);
    else (given[part] ??= {})[key] = value;
  }
  for (const [part, changes] of Object.entries(given)) {
    const before = config[part] as Record<string, unknown>;
    const fields = stages[part];
    if (fields !== undefined) {
      config[part] = parseConfig(`${where}: ${part}`, fields, { ...before, ...changes });
      continue;
    }
    const known = parts[part] as Record<string, unknown>;
    for (const [key, value] of Object.entries(changes)) {
      if (!(key in known))
        throw new InputError(
          `${where}: ${unknown(
            `${part}.${key}`,
            Object.keys(known).map((name) => `${part}.${name}`),
          )}`,
        );
      checkValue(where, `${part}.${key}`, value, known[key]);
    }
    config[part] = { ...before, ...changes };
  }
  return config as C;
}

function checkValue(
  where: string,
  path: string,
  value: Setting,
  example: unknown,
  choices?: readonly Setting[],
): Setting {
  if (choices !== undefined && !choices.includes(value))
    throw new InputError(
      `${where}: ${path} must be one of ${choices.join(', ')}, got ${JSON.stringify(value)}`,
    );
  if (typeof value !== typeof example || (typeof value === 'number' && !Number.isFinite(value)))
    throw new InputError(`${where}: ${path} must be a ${typeof example}, got ${JSON.stringify(value)}`);
  return value;
}

/** @throws {InputError} for values of these names that count nothing. */
export function requireCounts(where: string, counts: Readonly<Record<string, number>>): void {
  for (const [path, count] of Object.entries(counts))
    if (!Number.isInteger(count) || count < 1)
      throw new InputError(`${where}: ${path} must be an integer ≥ 1, got ${count}`);
}

function unknown(path: string, known: readonly string[]): string {
  const near = nearMatch(path, known);
  return `no setting is called '${path}'${near === undefined ? '' : `; did you mean '${near}'?`}`;
}
