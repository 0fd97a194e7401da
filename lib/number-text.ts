/** Numbers as text, the same in tables, reports and notebooks. */
import type { Interval } from './intervals';

/** What stands where there is no value. */
export const missing = '–';

/** With a true minus; what rounds to nothing has no sign. */
export function decimal(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** With its sign: `+0.12`. */
export function signed(value: number, decimals: number): string {
  const text = decimal(value, decimals);
  return Number(text) === 0 || text.startsWith('−') ? text : `+${text}`;
}

/** A share: `71.2%`. */
export function percent(share: number): string {
  return `${decimal(100 * share, 1)}%`;
}

/** A difference of shares in percentage points: `+12.3`. */
export function points(difference: number): string {
  return signed(100 * difference, 1);
}

/** `[0.71, 0.75]`. */
export function intervalText([low, high]: Interval, format: (value: number) => string): string {
  return `[${format(low)}, ${format(high)}]`;
}

/** A time in seconds: `8 s`, `1 min 40 s`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = whole < 3600 ? Math.floor(whole / 60) : Math.round(whole / 60);
  const [larger, smaller, names] =
    whole < 3600
      ? [minutes, whole % 60, ['min', 's']]
      : [Math.floor(minutes / 60), minutes % 60, ['h', 'min']];
  return smaller === 0 ? `${larger} ${names[0]}` : `${larger} ${names[0]} ${smaller} ${names[1]}`;
}
