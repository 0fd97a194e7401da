import { describe, expect, it } from 'vitest';
import { strftime } from '../../lib/tokenizer/strftime';

/** Directives, and what CPython 3's `datetime.strftime` (glibc, C locale) wrote for three moments. */
const format =
  '%A %-d %B %Y|%a %b %e|%d %b %Y|%I:%M %p|%-I %l %k|%j %-j|%U %W %V %G %g|%F %T %D %R|%y %C|%c|%x %X|%u %w|%f|%z%Z|%%|%_d %_m|%^a|%h|%r|%q|%-M|%0e';
const written: [[number, number, number, number, number, number], string][] = [
  [
    [2026, 10, 5, 9, 7, 3],
    'Thursday 5 November 2026|Thu Nov  5|05 Nov 2026|09:07 AM|9  9  9|309 309|44 44 45 2026 26|2026-11-05 09:07:03 11/05/26 09:07|26 20|Thu Nov  5 09:07:03 2026|11/05/26 09:07:03|4 4|000000||%| 5 11|THU|Nov|09:07:03 AM|%q|7|05',
  ],
  [
    [2021, 0, 3, 0, 0, 0],
    'Sunday 3 January 2021|Sun Jan  3|03 Jan 2021|12:00 AM|12 12  0|003 3|01 00 53 2020 20|2021-01-03 00:00:00 01/03/21 00:00|21 20|Sun Jan  3 00:00:00 2021|01/03/21 00:00:00|7 0|000000||%| 3  1|SUN|Jan|12:00:00 AM|%q|0|03',
  ],
  [
    [2024, 11, 30, 13, 59, 58],
    'Monday 30 December 2024|Mon Dec 30|30 Dec 2024|01:59 PM|1  1 13|365 365|52 53 01 2025 25|2024-12-30 13:59:58 12/30/24 13:59|24 20|Mon Dec 30 13:59:58 2024|12/30/24 13:59:58|1 1|000000||%|30 12|MON|Dec|01:59:58 PM|%q|59|30',
  ],
];

describe('strftime', () => {
  it.each(written)('writes %j as Python does', ([year, month, day, hour, minute, second], text) => {
    const date = new Date(year, month, day, hour, minute, second);
    expect(strftime(date, format)).toBe(text);
  });
});
