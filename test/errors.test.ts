import { describe, expect, it } from 'vitest';
import { errorMessage, nearMatch } from '../lib/errors';

describe('nearMatch', () => {
  it('finds a word that differs by a letter or two', () => {
    expect(nearMatch('learningRat', ['learningRate', 'beta'])).toBe('learningRate');
    expect(nearMatch('rewrad', ['reward', 'dpo'])).toBe('reward');
  });

  it('finds nothing when nothing is near', () => {
    expect(nearMatch('gradient', ['learningRate', 'beta'])).toBeUndefined();
    expect(nearMatch('x', ['ppo', 'dpo'])).toBeUndefined();
  });
});

describe('errorMessage', () => {
  it('gives the message of an error and the text of anything else', () => {
    expect(errorMessage(new Error('no'))).toBe('no');
    expect(errorMessage('plain')).toBe('plain');
  });
});
