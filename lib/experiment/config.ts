/** `config.json` of an experiment: what is asked, what varies, what is measured, and what the paper claims. */
import { basename, join } from 'node:path';
import { InputError, nearMatch } from '../errors';
import { readJson } from '../files';
import { dataKinds, dataNames, type DataName } from './kinds';
import type { Settings } from '../settings';

/** One statement that the results bear out or not: a metric of one condition against a metric of another. */
export interface Claim {
  /** What is claimed, in a sentence. */
  readonly claim: string;
  /** What the paper says of it, with its number where it gives one. */
  readonly paper: string;
  /** E.g. `reward.goldAccuracy`. */
  readonly metric: string;
  /** Another metric on the side of `against`, where two of one condition are compared; `metric` when absent. */
  readonly againstMetric?: string;
  /** Settings of the condition; axes that are not named are as in the baseline. */
  readonly condition: Readonly<Record<string, string>>;
  /** The condition it is compared with, likewise. */
  readonly against: Readonly<Record<string, string>>;
  /** Where the interval of `condition − against` is to lie: above 0, below 0, or within ± margin. */
  readonly expected: 'higher' | 'lower' | 'equal';
  /** For `equal`: the difference that would matter. */
  readonly margin?: number;
}

export interface ExperimentConfig {
  /** Name of its folder, e.g. `01-data-filter`. */
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** What it is on; the embedded world when absent. */
  readonly data?: DataName;
  /** What all conditions have in common, over the base that every experiment starts from. */
  readonly base: Settings;
  /** By axis and setting: what the setting changes. Every combination is a condition. */
  readonly axes: Readonly<Record<string, Readonly<Record<string, Settings>>>>;
  readonly seeds: readonly number[];
  /** What is trained and measured in every condition. */
  readonly measures: readonly string[];
  /** What table and chart show, the most important first. */
  readonly metrics: readonly string[];
  /** The condition that the table compares the others with. */
  readonly baseline: Readonly<Record<string, string>>;
  readonly claims: readonly Claim[];
  /** No condition is begun after so many minutes; a later run goes on. */
  readonly budgetMinutes: number;
}

/** A combination of settings. */
export interface Condition {
  /** E.g. `filter=both noise=high`. */
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

const keys: readonly (keyof ExperimentConfig)[] = [
  'title',
  'question',
  'data',
  'base',
  'axes',
  'seeds',
  'measures',
  'metrics',
  'baseline',
  'claims',
  'budgetMinutes',
];
const claimKeys = ['claim', 'paper', 'metric', 'againstMetric', 'condition', 'against', 'expected', 'margin'];

/**
 * Reads and checks an experiment's `config.json`.
 *
 * @param folder of the experiment.
 * @throws {InputError} for an unknown key, axis, setting or measure, an empty grid, and anything of the wrong kind.
 */
export function readExperiment(folder: string): ExperimentConfig {
  const path = join(folder, 'config.json');
  const refuse = (what: string): never => {
    throw new InputError(`${path}: ${what}`);
  };
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const json = readJson(path);
  if (!isObject(json)) return refuse('must hold a JSON object');
  refuseUnknown(path, 'key', Object.keys(json), keys);
  const missing = keys.find((key) => key !== 'base' && key !== 'data' && !(key in json));
  if (missing !== undefined) refuse(`'${missing}' is missing`);

  const text = (value: unknown, name: string): string =>
    typeof value === 'string' && value !== ''
      ? value
      : refuse(`${name} must be a text, got ${JSON.stringify(value)}`);
  const texts = (value: unknown, name: string): string[] =>
    Array.isArray(value)
      ? value.map((entry) => text(entry, `an entry of ${name}`))
      : refuse(`${name} must be a list`);
  const object = (value: unknown, name: string): Record<string, unknown> =>
    isObject(value) ? value : refuse(`${name} must be an object, got ${JSON.stringify(value)}`);
  const settings = (value: unknown, name: string): Settings => {
    const entries = Object.entries(object(value, name));
    const bad = entries.find(([, setting]) => !['number', 'string', 'boolean'].includes(typeof setting));
    if (bad !== undefined)
      refuse(`${name}.${bad[0]} must be a number, a text, true or false, got ${JSON.stringify(bad[1])}`);
    return Object.fromEntries(entries) as Settings;
  };

  const axes = Object.fromEntries(
    Object.entries(object(json['axes'], 'axes')).map(([axis, values]) => [
      axis,
      Object.fromEntries(
        Object.entries(object(values, `axis '${axis}'`)).map(([name, changes]) => [
          name,
          settings(changes, `axis '${axis}', setting '${name}'`),
        ]),
      ),
    ]),
  );
  const empty = Object.keys(axes).find((axis) => Object.keys(axes[axis] ?? {}).length === 0);
  if (empty !== undefined) refuse(`the grid is empty: axis '${empty}' has no settings`);
  const oddName = [...Object.keys(axes), ...Object.values(axes).flatMap(Object.keys)].find((name) =>
    /[\s=]/.test(name),
  );
  if (oddName !== undefined) refuse(`'${oddName}': names of axes and settings have no spaces and no '='`);

  const { seeds } = json;
  if (!Array.isArray(seeds) || seeds.length === 0)
    return refuse('the grid is empty: seeds must be a list of integers');
  const oddSeed = seeds.find((seed, i) => !Number.isInteger(seed) || seed < 0 || seeds.indexOf(seed) !== i);
  if (oddSeed !== undefined) refuse(`seeds must be different integers ≥ 0, got ${JSON.stringify(seeds)}`);

  const { data } = json;
  if (data !== undefined) refuseUnknown(path, 'data', [`${data}`], dataNames);
  const known = Object.keys(dataKinds[(data as DataName | undefined) ?? 'dialogues'].measures);
  const measures = texts(json['measures'], 'measures');
  if (measures.length === 0) refuse(`measures must name what is measured: ${known.join(', ')}`);
  refuseUnknown(path, 'measure', measures, known);
  const place = (value: unknown, name: string): Record<string, string> => {
    const named = object(value, name) as Record<string, string>;
    for (const [axis, setting] of Object.entries(named)) {
      refuseUnknown(path, `axis in ${name}`, [axis], Object.keys(axes));
      refuseUnknown(
        path,
        `setting of axis '${axis}' in ${name}`,
        [`${setting}`],
        Object.keys(axes[axis] ?? {}),
      );
    }
    return named;
  };
  const baseline = place(json['baseline'], 'baseline');
  const unset = Object.keys(axes).find((axis) => !(axis in baseline));
  if (unset !== undefined) refuse(`baseline must name a setting of axis '${unset}'`);

  const { claims, budgetMinutes } = json;
  if (!Array.isArray(claims)) return refuse('claims must be a list');
  if (typeof budgetMinutes !== 'number' || !(budgetMinutes > 0))
    return refuse(`budgetMinutes must be a number > 0, got ${JSON.stringify(budgetMinutes)}`);
  return {
    name: basename(folder),
    title: text(json['title'], 'title'),
    question: text(json['question'], 'question'),
    ...(data !== undefined && { data: data as DataName }),
    base: settings(json['base'] ?? {}, 'base'),
    axes,
    seeds,
    measures,
    metrics: texts(json['metrics'], 'metrics'),
    baseline,
    claims: claims.map((value, i): Claim => {
      const name = `claim ${i + 1}`;
      const claim = object(value, name);
      refuseUnknown(path, `key in ${name}`, Object.keys(claim), claimKeys);
      const { expected, margin, againstMetric } = claim;
      if (expected !== 'higher' && expected !== 'lower' && expected !== 'equal')
        return refuse(`${name}: expected must be higher, lower or equal, got ${JSON.stringify(expected)}`);
      if ((expected === 'equal') !== (typeof margin === 'number'))
        refuse(`${name}: a margin belongs to expected "equal", and only there`);
      return {
        claim: text(claim['claim'], `${name}: claim`),
        paper: text(claim['paper'], `${name}: paper`),
        metric: text(claim['metric'], `${name}: metric`),
        ...(againstMetric !== undefined && { againstMetric: text(againstMetric, `${name}: againstMetric`) }),
        condition: { ...baseline, ...place(claim['condition'] ?? {}, `${name}: condition`) },
        against: { ...baseline, ...place(claim['against'] ?? {}, `${name}: against`) },
        expected,
        ...(typeof margin === 'number' && { margin }),
      };
    }),
    budgetMinutes,
  };
}

function refuseUnknown(path: string, what: string, names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearMatch(name, known);
    throw new InputError(
      `${path}: unknown ${what} '${name}'${near === undefined ? '' : `; did you mean '${near}'?`} (known: ${known.join(', ')})`,
    );
  }
}

/** The conditions of an experiment: every combination of settings, the last axis fastest. */
export function conditionsOf({ axes }: Pick<ExperimentConfig, 'axes'>): Condition[] {
  const configs = Object.entries(axes).reduce<Record<string, string>[]>(
    (before, [axis, settings]) =>
      before.flatMap((config) => Object.keys(settings).map((name) => ({ ...config, [axis]: name }))),
    [{}],
  );
  return configs.map((config) => ({ name: conditionName(config), config }));
}

/** The settings of every condition, in the order of {@link conditionsOf}. */
export function settingsOfConditions(config: Pick<ExperimentConfig, 'axes'>): Condition['config'][] {
  return conditionsOf(config).map(({ config: settings }) => settings);
}

/** E.g. `filter=both noise=high`; an experiment without axes has the one condition `base`. */
export function conditionName(config: Readonly<Record<string, string>>): string {
  const named = Object.entries(config).map(([axis, name]) => `${axis}=${name}`);
  return named.length === 0 ? 'base' : named.join(' ');
}

/** All that a condition changes in the base: what the experiment has in common, then the settings of its axes in order. */
export function settingsOf({ base, axes }: ExperimentConfig, { config }: Condition): Settings {
  return Object.assign(
    {},
    base,
    ...Object.entries(config).map(([axis, name]) => axes[axis]?.[name]),
  ) as Settings;
}
