/** Dates as Python's `datetime.strftime` writes them on Linux, in English: what chat templates call `strftime_now` for. */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** How a number is filled up to its width unless a flag says otherwise. */
interface Padded {
  readonly value: number;
  readonly width: number;
  readonly fill: '0' | ' ';
}

type Directive = (date: Date) => string | Padded;

const number =
  (width: number, value: (date: Date) => number, fill: '0' | ' ' = '0'): Directive =>
  (date) => ({ value: value(date), width, fill });

/** Days since the first of January, from 0. */
function dayOfYear(date: Date): number {
  const day = (month: number, dayOfMonth: number): number =>
    Date.UTC(date.getFullYear(), month, dayOfMonth) / 86_400_000;
  return day(date.getMonth(), date.getDate()) - day(0, 1);
}

/** Number of the week in the year, the first full week being 1. @param first weekday that weeks begin with; 0 is Sunday. */
const week =
  (first: 0 | 1) =>
  (date: Date): number =>
    Math.floor((dayOfYear(date) + 7 - ((date.getDay() - first + 7) % 7)) / 7);

/** The Thursday of the date's week: ISO 8601 counts weeks by it. */
function thursday(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7));
}

const twelve = (date: Date): number => date.getHours() % 12 || 12;

const directives: Readonly<Record<string, Directive>> = {
  a: (date) => (days[date.getDay()] as string).slice(0, 3),
  A: (date) => days[date.getDay()] as string,
  b: (date) => (months[date.getMonth()] as string).slice(0, 3),
  B: (date) => months[date.getMonth()] as string,
  c: (date) => strftime(date, '%a %b %e %H:%M:%S %Y'),
  C: number(2, (date) => Math.floor(date.getFullYear() / 100)),
  d: number(2, (date) => date.getDate()),
  D: (date) => strftime(date, '%m/%d/%y'),
  e: number(2, (date) => date.getDate(), ' '),
  f: number(6, (date) => date.getMilliseconds() * 1000),
  F: (date) => strftime(date, '%Y-%m-%d'),
  g: number(2, (date) => thursday(date).getFullYear() % 100),
  G: number(4, (date) => thursday(date).getFullYear()),
  h: (date) => (months[date.getMonth()] as string).slice(0, 3),
  H: number(2, (date) => date.getHours()),
  I: number(2, twelve),
  j: number(3, (date) => dayOfYear(date) + 1),
  k: number(2, (date) => date.getHours(), ' '),
  l: number(2, twelve, ' '),
  m: number(2, (date) => date.getMonth() + 1),
  M: number(2, (date) => date.getMinutes()),
  n: () => '\n',
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  r: (date) => strftime(date, '%I:%M:%S %p'),
  R: (date) => strftime(date, '%H:%M'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: number(2, (date) => date.getSeconds()),
  t: () => '\t',
  T: (date) => strftime(date, '%H:%M:%S'),
  u: number(1, (date) => date.getDay() || 7),
  U: number(2, week(0)),
  V: number(2, (date) => 1 + Math.floor(dayOfYear(thursday(date)) / 7)),
  w: number(1, (date) => date.getDay()),
  W: number(2, week(1)),
  x: (date) => strftime(date, '%m/%d/%y'),
  X: (date) => strftime(date, '%H:%M:%S'),
  y: number(2, (date) => date.getFullYear() % 100),
  Y: number(1, (date) => date.getFullYear()),
  // The time of a template has no zone.
  z: () => '',
  Z: () => '',
  '%': () => '%',
};

/**
 * The local time of a date by a format. `%-d` leaves zeros out, `%_d` takes spaces for them, `%^a` writes capitals; what is no
 * directive stays as it is.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%([-_0^]?)([a-zA-Z%])/g, (whole, flag: string, letter: string) => {
    const written = directives[letter]?.(date);
    if (written === undefined) return whole;
    if (typeof written === 'string') return flag === '^' ? written.toUpperCase() : written;
    const { value, width, fill } = written;
    if (flag === '-') return String(value);
    return String(value).padStart(width, flag === '_' ? ' ' : flag === '0' ? '0' : fill);
  });
}
