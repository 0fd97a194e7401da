/** The conditions of an experiment: the grid that its axes span. */
import type { Settings } from '../settings';
import type { ExperimentConfig } from './config';

/** A combination of settings. */
export interface Condition {
  /** E.g. `filter=both noise=high`. */
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
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
