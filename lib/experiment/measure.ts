/** What a measure of a condition is, and the numbers of a condition, put together from those of its measures. */
import { mean } from 'simple-statistics';
import { codeKey, shortHash } from '../flow/code-keys';
import { stableJson } from '../stable-json';
import type { CurvePoint } from './results';

export interface Measurements {
  readonly metrics: Readonly<Record<string, number>>;
  /** One number a prompt, for metrics that are the mean of them. */
  readonly prompts: Readonly<Record<string, readonly number[]>>;
  readonly curves: Readonly<Record<string, readonly CurvePoint[]>>;
}

/** What one measure has to say, by names of its own. */
export type MeasuredPart = Partial<Measurements>;

/** C: configuration of a condition. */
export interface Measure<C extends object = object> {
  /** `__filename` of the module that defines it: its code, and what that imports, is part of what decides its numbers. */
  readonly module: string;
  /** Labels of the stages that it reads from. */
  readonly reads: readonly string[];
  /** Names of all that it may say; which of them it does say hangs on the files. */
  readonly metrics: readonly string[];
  /** Measures from the files of those stages alone. */
  measure(config: C, path: (file: string) => string): Promise<MeasuredPart>;
}

/** Metrics are `<measure>.<what>`; those of `prompts` are their means. */
export async function measureCondition<C extends object>(
  measures: Readonly<Record<string, Measure<C>>>,
  config: C,
  path: (file: string) => string,
): Promise<Measurements> {
  const metrics: Record<string, number> = {};
  const prompts: Record<string, readonly number[]> = {};
  const curves: Record<string, readonly CurvePoint[]> = {};
  for (const [name, { measure, metrics: known }] of Object.entries(measures)) {
    const part = await measure(config, path);
    const said = [...Object.keys(part.prompts ?? {}), ...Object.keys(part.metrics ?? {})];
    const unnamed = said.find((metric) => !known.includes(metric));
    if (unnamed !== undefined) throw new Error(`measure ${name} does not name its metric ${unnamed}`);
    for (const [key, values] of Object.entries(part.prompts ?? {})) {
      prompts[`${name}.${key}`] = values.map(rounded);
      metrics[`${name}.${key}`] = rounded(mean(values));
    }
    for (const [key, value] of Object.entries(part.metrics ?? {})) metrics[`${name}.${key}`] = rounded(value);
    for (const [key, points] of Object.entries(part.curves ?? {}))
      curves[key] = points.map(({ step, kl, proxy, gold }) => ({
        step: rounded(step),
        kl: rounded(kl),
        proxy: rounded(proxy),
        gold: rounded(gold),
      }));
  }
  return { metrics, prompts, curves };
}

/**
 * Hash of what decides the numbers of a measure: its code, the configuration of the condition, and the stages that it reads from.
 *
 * @param keyOf keys of stages by label.
 */
export function measureKey<C extends object>(
  { module, reads }: Measure<C>,
  config: C,
  keyOf: (label: string) => string,
): string {
  return shortHash(stableJson([codeKey(module), codeKey(__filename), config, reads.map(keyOf)]));
}

/** Results are for reading and comparing: five decimals are finer than any noise here. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
