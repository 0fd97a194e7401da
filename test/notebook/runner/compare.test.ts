import { describe, expect, it } from 'vitest';
import { compareOutputs } from '../../../lib/notebook/runner/compare';
import type { Output } from '../../../lib/notebook/runner/notebook-file';
import { code, notebookOf } from '../../support/notebooks';

const printed = (text: string, name: 'stdout' | 'stderr' = 'stdout'): Output => ({
  output_type: 'stream',
  name,
  text,
});
const shown = (data: Record<string, unknown>): Output => ({
  output_type: 'display_data',
  data,
  metadata: {},
});
const chart = (...types: string[]): Output =>
  shown({
    'application/vnd.plotly.v1+json': {
      data: types.map((type) => ({ type, x: [Math.PI] })),
      layout: { xaxis: { title: { text: 'steps' } }, yaxis: { title: 'KL (nats)' } },
    },
    'text/plain': 'chart',
  });

/** Differences of one cell that showed `before` and shows `now`. */
const compare = (tags: string[], before: Output[], now: Output[], ownParameters = true): string[] =>
  compareOutputs(notebookOf(code('1', tags, before)), { 0: now }, ownParameters);

describe('compareOutputs', () => {
  it('asks an untagged cell for the same kinds of things only', () => {
    expect(compare([], [printed('a 1')], [printed('b 2')])).toEqual([]);
    expect(compare([], [chart('bar', 'scatter')], [chart('bar', 'scatter')])).toEqual([]);
    expect(compare([], [printed('a'), chart('bar')], [printed('a')])).toEqual([
      "cell 1: must show printed text, then a chart of bar over 'KL (nats)', 'steps' + text/plain; got printed text",
    ]);
    expect(compare([], [chart('bar')], [chart('bar', 'bar')])[0]).toContain('got a chart of bar, bar over');
    expect(compare([], [shown({ 'text/html': 'a' })], [shown({ 'text/html': 'b' })])).toEqual([]);
    expect(compare([], [], [printed('new')])).toEqual(['cell 1: must show nothing; got printed text']);
  });

  it('passes over stderr, where progress goes', () => {
    expect(compare([], [printed('a')], [printed('1/2', 'stderr'), printed('a')])).toEqual([]);
  });

  it('asks a cell tagged check for the same words, and numbers within the tolerance', () => {
    const before = [printed('accuracy 0.640, wins −3.5 of 10')];
    expect(compare(['check'], before, [printed('accuracy 0.640, wins −3.5 of 10')])).toEqual([]);
    expect(compare(['check:0.05'], before, [printed('accuracy 0.66, wins −3.46 of 10')])).toEqual([]);
    expect(compare(['check:0.05'], before, [printed('accuracy 0.70, wins −3.5 of 10')])).toEqual([
      'cell 1: number 1 must be 0.64 ± 0.05, got 0.7, in\naccuracy 0.70, wins −3.5 of 10',
    ]);
    expect(compare(['check:0.05'], before, [printed('accuracy 0.64, wins 3.5 of 10')])).toHaveLength(1);
    expect(compare(['check:9'], before, [printed('precision 0.64, wins −3.5 of 10')])[0]).toContain(
      'must print the words of',
    );
  });

  it('compares texts of default sizes only in a run of these', () => {
    const change: [Output[], Output[]] = [[printed('wins 24')], [printed('wins 2')]];
    expect(compare(['check-default:1'], ...change, true)).toHaveLength(1);
    expect(compare(['check-default:1'], ...change, false)).toEqual([]);
  });

  it('leaves a cell alone that is tagged no-check, or did not run', () => {
    expect(compare(['no-check'], [printed('a')], [chart('bar')])).toEqual([]);
    expect(compareOutputs(notebookOf(code('1', [], [printed('a')])), {}, true)).toEqual([]);
  });

  it('tells one error from another', () => {
    const error = (ename: string): Output => ({ output_type: 'error', ename, evalue: 'x', traceback: [] });
    expect(compare([], [error('InputError')], [error('InputError')])).toEqual([]);
    expect(compare([], [error('InputError')], [error('TypeError')])).toEqual([
      'cell 1: must show the error InputError; got the error TypeError',
    ]);
  });
});
