import { describe, expect, it } from 'vitest';
import { readingLength } from '../lib/reading-length';

describe('readingLength', () => {
  it('counts an ideograph three times', () => {
    expect(readingLength('Hi you.')).toBe(7);
    expect(readingLength('你好。')).toBe(9);
  });
});
