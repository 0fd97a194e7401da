/** The figures of a cell, put together from those of its measures. */
import { mean } from 'simple-statistics';
import type { CurvePoint } from '../results';

export interface Measurements {
  readonly metrics: Readonly<Record<string, number>>;
  /** One number a prompt, for metrics that are the mean of them. */
  readonly prompts: Readonly<Record<string, readonly number[]>>;
  readonly curves: Readonly<Record<string, readonly CurvePoint[]>>;
}

/** What one measure has to say, by names of its own. */
export type MeasuredPart = Partial<Measurements>;

/** Metrics are `<measure>.<what>`; those of `prompts` are their means. */
export async function measureParts<N extends string>(
  names: readonly N[],
  measure: (name: N) => Promise<MeasuredPart>,
): Promise<Measurements> {
  const metrics: Record<string, number> = {};
  const prompts: Record<string, readonly number[]> = {};
  const curves: Record<string, readonly CurvePoint[]> = {};
  for (const name of names) {
    const part = await measure(name);
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

/** Results are for reading and comparing: five decimals are finer than any noise here. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
