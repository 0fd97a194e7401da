import { describe, expect, it } from 'vitest';
import { compileOptions } from '../../../../lib/backend/xla/pjrt/compile-options';

describe('compileOptions', () => {
  it('is one message of build options: any device, one replica, one partition', () => {
    const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    expect([...compileOptions()]).toEqual([0x1a, 15, 0x08, ...minusOne, 0x20, 1, 0x28, 1]);
  });

  it('adds debug options as entries of a map, each in the field of its type', () => {
    const bare = compileOptions().length;
    const entry = (options: Parameters<typeof compileOptions>[0]): number[] => [
      ...compileOptions(options).slice(bare),
    ];
    expect(entry({ a: 'b' })).toEqual([0x3a, 8, 0x0a, 1, 97, 0x12, 3, 0x0a, 1, 98]);
    expect(entry({ a: true })).toEqual([0x3a, 7, 0x0a, 1, 97, 0x12, 2, 0x10, 1]);
    expect(entry({ a: 300 })).toEqual([0x3a, 8, 0x0a, 1, 97, 0x12, 3, 0x18, 0xac, 2]);
    expect(entry({ a: 0.5 }).slice(5)).toEqual([0x12, 9, 0x21, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f]);
  });
});
