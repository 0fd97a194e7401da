/** Settings of an axis: places in a cell's configuration, by dotted path, and the values that go there. */
import { parseConfig, type FieldTable } from '../config';
import { InputError, nearMatch } from '../errors';
import { evaluationFields } from '../evaluation/config';
import { filterFields } from '../filter/config';
import { dpoLabels } from '../pipeline/policies';
import { dpoFields } from '../policy/dpo/config';
import { grpoFields } from '../policy/grpo/config';
import { ppoFields } from '../policy/ppo/config';
import { rlooFields } from '../policy/rloo/config';
import { rewardFields } from '../reward/config';
import { sftFields } from '../sft/config';
import { experimentBase, type CellConfig } from './base';

export type Setting = number | string | boolean;
/** E.g. `{ "reward.lengthBalance": "drop" }`. */
export type Settings = Readonly<Record<string, Setting>>;

/** Stages that check their own fields. */
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

/** Parts of the configuration that hold plain sizes. */
const parts = ['world', 'model', 'sampling', 'annotators', 'rewardModel'] as const;
const values = [
  'promptVarianceQuantile',
  'sftTermDemonstrations',
  'annotatedPrompts',
  'dpoLabels',
  'bestOf',
] as const;

/** The base with a seed and with settings in it. The same seed goes to every stage. */
export function cellConfig(where: string, seed: number, settings: Settings): CellConfig {
  const config: Record<string, unknown> = { ...experimentBase(seed) };
  const given: Record<string, Record<string, Setting>> = {};
  for (const [path, value] of Object.entries(settings)) {
    const [part, key, ...rest] = path.split('.') as [string, string?, ...string[]];
    if (
      rest.length > 0 ||
      (key === undefined ? !isOneOf(values, part) : !(part in stages || isOneOf(parts, part)))
    )
      throw new InputError(`${where}: ${unknown(path, knownPaths())}`);
    if (key === undefined) config[part] = checkValue(where, path, value, config[part]);
    else (given[part] ??= {})[key] = value;
  }
  for (const [part, changes] of Object.entries(given)) {
    const before = config[part] as Record<string, unknown>;
    const fields = stages[part];
    if (fields !== undefined) {
      config[part] = parseConfig(`${where}: ${part}`, fields, { ...before, ...changes });
      continue;
    }
    // The sizes of another reward model are those of the model.
    const known = part === 'rewardModel' ? { ...experimentBase(seed).model } : before;
    for (const [key, value] of Object.entries(changes)) {
      if (!(key in known))
        throw new InputError(
          `${where}: ${unknown(
            `${part}.${key}`,
            Object.keys(known).map((name) => `${part}.${name}`),
          )}`,
        );
      checkValue(where, `${part}.${key}`, value, (known as Record<string, unknown>)[key]);
    }
    config[part] = { ...before, ...changes };
  }
  return config as unknown as CellConfig;
}

function checkValue(where: string, path: string, value: Setting, before: unknown): Setting {
  if (path === 'dpoLabels' && !dpoLabels.some((label) => label === value))
    throw new InputError(
      `${where}: ${path} must be one of ${dpoLabels.join(', ')}, got ${JSON.stringify(value)}`,
    );
  if (typeof value !== typeof before || (typeof value === 'number' && !Number.isFinite(value)))
    throw new InputError(`${where}: ${path} must be a ${typeof before}, got ${JSON.stringify(value)}`);
  return value;
}

function unknown(path: string, known: readonly string[]): string {
  const near = nearMatch(path, known);
  return `no setting is called '${path}'${near === undefined ? '' : `; did you mean '${near}'?`}`;
}

function knownPaths(): string[] {
  const base = experimentBase(1);
  return [
    ...values,
    ...parts.flatMap((part) =>
      Object.keys(part === 'rewardModel' ? base.model : base[part]).map((key) => `${part}.${key}`),
    ),
    ...Object.entries(stages).flatMap(([stage, fields]) =>
      Object.keys(fields).map((key) => `${stage}.${key}`),
    ),
  ];
}

function isOneOf<T extends string>(known: readonly T[], name: string): name is T {
  return (known as readonly string[]).includes(name);
}
