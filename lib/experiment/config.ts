/** `config.json` of an experiment: what is asked, what varies, what is measured, and what the paper claims. */
import { basename, join } from 'node:path';
import { checkFields } from '../config';
import { InputError, unknownName } from '../errors';
import * as field from '../fields';
import { readJson } from '../files';
import { dataKinds, dataNames } from './kinds';

const place = field.record(field.text('a setting of the axis'), 'a setting for each axis');
const settings = field.record(field.setting, 'values by their paths in the configuration of a condition');

/** One statement that the results bear out or not: a metric of one condition against a metric of another. */
const claimFields = {
  claim: field.text('what is claimed, in a sentence'),
  paper: field.text('what the paper says of it, with its number where it gives one'),
  metric: field.text('e.g. reward.goldAccuracy'),
  againstMetric: field
    .text(
      'another metric on the side of `against`, where two of one condition are compared; `metric` when absent',
    )
    .optional(),
  condition: place.default({}),
  against: place.default({}),
  expected: field.choice(
    ['higher', 'lower', 'equal'],
    'where the interval of `condition − against` is to lie: above 0, below 0, or within ± margin',
  ),
  margin: field.number('for `equal`: the difference that would matter', { above: 0 }).optional(),
};

/** Settings of `condition` and `against` are those of the baseline where the claim does not name them. */
export type Claim = field.ConfigOf<typeof claimFields>;

export const experimentFields = {
  title: field.text('heading of the page'),
  question: field.text('what is asked'),
  data: field.choice(dataNames, 'what it is on; the embedded world when absent').optional(),
  base: settings.default({}),
  axes: field.record(
    field.record(settings, 'settings of the axis, by name'),
    'by axis and setting: what the setting changes; every combination is a condition',
  ),
  seeds: field.list(field.integer('a seed', { min: 0 }), 'each condition is run with each'),
  measures: field.list(field.text('a measure'), 'what is trained and measured in every condition'),
  metrics: field.list(field.text('a metric'), 'what table and chart show, the most important first'),
  baseline: place,
  claims: field.list(field.part(claimFields), 'what the results are held against', { min: 0 }),
  budgetMinutes: field.number('no condition is begun after so many; a later run goes on', { above: 0 }),
};

/** `name` is that of the folder, e.g. `01-data-filter`. */
export type ExperimentConfig = field.ConfigOf<typeof experimentFields> & { readonly name: string };

/**
 * Reads and checks an experiment's `config.json`.
 *
 * @param folder of the experiment.
 * @throws {InputError} for an unknown key, axis, setting, measure or metric, an empty grid, and anything of the wrong kind.
 */
export function readExperiment(folder: string): ExperimentConfig {
  const path = join(folder, 'config.json');
  const json = readJson(path);
  if (typeof json !== 'object' || json === null) throw new InputError(`${path}: must hold a JSON object`);
  const { $schema, ...given } = json as Record<string, unknown>;
  void $schema;
  const config = checkFields(path, 'key', experimentFields, given);
  checkAxes(path, config);
  checkNames(path, config);
  const claims = config.claims.map((claim) => ({
    ...claim,
    condition: { ...config.baseline, ...claim.condition },
    against: { ...config.baseline, ...claim.against },
  }));
  return { ...config, name: basename(folder), claims };
}

type Parsed = field.ConfigOf<typeof experimentFields>;

/** The grid has conditions, and every place in it that is named is there. */
function checkAxes(path: string, { axes, seeds, baseline, claims }: Parsed): void {
  const refuse = (what: string): never => {
    throw new InputError(`${path}: ${what}`);
  };
  const empty = Object.keys(axes).find((axis) => Object.keys(axes[axis] ?? {}).length === 0);
  if (empty !== undefined) refuse(`the grid is empty: axis '${empty}' has no settings`);
  const odd = [...Object.keys(axes), ...Object.values(axes).flatMap(Object.keys)].find((name) =>
    /[\s=]/.test(name),
  );
  if (odd !== undefined) refuse(`'${odd}': names of axes and settings have no spaces and no '='`);
  if (new Set(seeds).size < seeds.length) refuse(`seeds must be different, got ${JSON.stringify(seeds)}`);
  const places = { baseline, ...placesOf(claims) };
  for (const [name, settings] of Object.entries(places))
    for (const [axis, setting] of Object.entries(settings)) {
      requireKnown(path, `axis in ${name}`, [axis], Object.keys(axes));
      requireKnown(path, `setting of axis '${axis}' in ${name}`, [setting], Object.keys(axes[axis] ?? {}));
    }
  const unset = Object.keys(axes).find((axis) => !(axis in baseline));
  if (unset !== undefined) refuse(`baseline must name a setting of axis '${unset}'`);
  claims.forEach(({ expected, margin }, i) => {
    if ((expected === 'equal') !== (margin !== undefined))
      refuse(`claims[${i}]: a margin belongs to expected "equal", and only there`);
  });
}

function placesOf(claims: readonly Claim[]): Record<string, Readonly<Record<string, string>>> {
  return Object.fromEntries(
    claims.flatMap(({ condition, against }, i) => [
      [`claims[${i}].condition`, condition],
      [`claims[${i}].against`, against],
    ]),
  );
}

/** Measures are those of the data, and metrics those of the measures. */
function checkNames(path: string, { data = 'dialogues', measures, metrics, claims }: Parsed): void {
  const known = dataKinds[data].measures;
  requireKnown(path, 'measure', measures, Object.keys(known));
  const measured = measures.flatMap(
    (name) => known[name]?.metrics.map((metric) => `${name}.${metric}`) ?? [],
  );
  const claimed = claims.flatMap(({ metric, againstMetric = metric }) => [metric, againstMetric]);
  requireKnown(path, 'metric', [...metrics, ...claimed], measured);
}

function requireKnown(path: string, kind: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName(path, kind, unknown, known);
}
