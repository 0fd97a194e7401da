import { describe, expect, it } from 'vitest';
import { columnText } from '../../lib/notebook/format';

describe('columnText', () => {
  it('gives the numbers of a column the same decimals, three digits of a middling one', () => {
    expect(columnText([0.5, 0.12345]).cells).toEqual(['0.500', '0.123']);
    expect(columnText([12.345, 1]).cells).toEqual(['12.3', '1.0']);
    expect(columnText([314.1, 47.26]).cells).toEqual(['314.1', '47.3']);
    expect(columnText([1234.5, 1]).cells).toEqual(['1235', '1']);
    // One number of another size does not take the decimals of the rest, nor does one that is next to nothing.
    expect(columnText([0.1, 0.2, 0.4, 30.5]).cells).toEqual(['0.100', '0.200', '0.400', '30.500']);
    expect(columnText([1, 5e-6, 0, 2.961]).cells).toEqual(['1.00', '0.00', '0.00', '2.96']);
    expect(columnText([3, 1000]).cells).toEqual(['3', '1000']);
    expect(columnText([0.0005, 0.000012]).cells).toEqual(['0.000500', '0.000012']);
  });

  it('sets numbers right and everything else left', () => {
    expect(columnText([1, null]).align).toBe('right');
    expect(columnText([1, 'a']).align).toBe('left');
    expect(columnText([true]).align).toBe('left');
    expect(columnText([null]).align).toBe('left');
  });

  it('shows what is missing, what is not a number, and minus signs', () => {
    expect(columnText([null, undefined, 2]).cells).toEqual(['–', '–', '2']);
    expect(columnText([-1.5, -0.001, Number.NaN, -Infinity]).cells).toEqual([
      '−1.50',
      '0.00',
      'NaN',
      '−Infinity',
    ]);
  });

  it('shows nested values and dates as text', () => {
    expect(columnText([[1, 'a'], new Date(0), true, 'b']).cells).toEqual([
      '[1,"a"]',
      '1970-01-01T00:00:00.000Z',
      'true',
      'b',
    ]);
  });
});
