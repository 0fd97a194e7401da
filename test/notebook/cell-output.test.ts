import { describe, expect, it } from 'vitest';
import { display, inNotebook, liveDisplay } from '../../lib/notebook/cell-output';
import { inCell, onStdout } from './cell';

describe('display', () => {
  it('gives a cell all formats of one output', async () => {
    const shown = await inCell(() => {
      expect(inNotebook()).toBe(true);
      display({ 'text/plain': 'a', 'text/html': '<p>a</p>' });
    });
    expect(shown).toEqual([
      { data: { 'text/plain': 'a', 'text/html': '<p>a</p>' }, metadata: {}, id: undefined, update: false },
    ]);
  });

  it('writes text outside of a notebook', async () => {
    expect(inNotebook()).toBe(false);
    expect(await onStdout(() => display({ 'text/plain': 'a', 'text/html': '<p>a</p>' }))).toBe('a\n');
    expect(liveDisplay({})).toBeUndefined();
  });
});

describe('liveDisplay', () => {
  it('replaces what it showed, and is another output each time', async () => {
    const shown = await inCell(() => {
      const [one, two] = [liveDisplay({ a: 1 }), liveDisplay({})];
      one?.({ 'text/plain': '1' });
      two?.({ 'text/plain': 'other' });
      one?.({ 'text/plain': '2' });
    });
    expect(shown.map(({ data, update }) => [data['text/plain'], update])).toEqual([
      ['1', false],
      ['other', false],
      ['2', true],
    ]);
    expect(shown[0]?.id).toBe(shown[2]?.id);
    expect(shown[0]?.id).not.toBe(shown[1]?.id);
    expect(shown[2]?.metadata).toEqual({ a: 1 });
  });
});
