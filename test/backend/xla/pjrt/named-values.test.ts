import { expect, it } from 'vitest';
import { readNamedValues, writeNamedValues } from '../../../../lib/backend/xla/pjrt/named-values';

it('named values come back as they were written, in every type', () => {
  const { block, count, referenced } = writeNamedValues({
    text: 'bfc',
    truth: true,
    falsehood: false,
    number: -3,
    large: 2 ** 40,
    list: [0, -1, 2 ** 33],
    fraction: { float: 0.75 },
  });
  const read = readNamedValues(block.address, count);
  expect(referenced.length).toBe(9);
  expect(read).toEqual({
    text: 'bfc',
    truth: true,
    falsehood: false,
    number: -3,
    large: 2 ** 40,
    list: [0, -1, 2 ** 33],
    fraction: 0.75,
  });
});
