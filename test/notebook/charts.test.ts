import { describe, expect, it } from 'vitest';
import type { PreferenceGraph } from '../../lib/filter/preference-graph';
import * as charts from '../../lib/notebook/charts';
import { plotlyTemplate, type Chart } from '../../lib/evaluation/report/theme';
import type { Comparison } from '../../lib/types';

const titlesOf = ({ layout }: Chart): (string | undefined)[] =>
  ['xaxis', 'yaxis'].map((axis) => (layout[axis] as { title?: { text: string } }).title?.text);

describe('lineChart', () => {
  const chart = charts.lineChart(
    { a: [{ x: 1, y: 0.5, interval: [0.4, 0.7] }], '<b>': [{ x: 2, y: 1 }], none: [] },
    { x: 'step', y: 'share' },
  );

  it('draws a line a series, with its interval, and titles both axes', () => {
    expect(chart.data.map(({ name, x, y }) => [name, x, y])).toEqual([
      ['a', [1], [0.5]],
      ['&lt;b&gt;', [2], [1]],
    ]);
    const { array, arrayminus } = chart.data[0]?.['error_y'] as { array: number[]; arrayminus: number[] };
    expect(array[0]).toBeCloseTo(0.2);
    expect(arrayminus[0]).toBeCloseTo(0.1);
    expect(chart.data[1]).not.toHaveProperty('error_y');
    expect(titlesOf(chart)).toEqual(['step', 'share']);
  });

  it('tells series apart by colour, mark and dash', () => {
    const [one, two] = chart.data as { marker: { symbol: string; color: string } }[];
    expect(one?.marker.color).not.toBe(two?.marker.color);
    expect(one?.marker.symbol).not.toBe(two?.marker.symbol);
  });
});

describe('barChart', () => {
  it('puts the series of a category side by side, in the order in which categories occur', () => {
    const chart = charts.barChart({ before: { a: 1, '<b>': 2 }, after: { c: 3, a: 4 } }, 'pairs');
    expect(chart.data.map(({ x, y }) => [x, y])).toEqual([
      [
        ['a', '&lt;b&gt;', 'c'],
        [1, 2, null],
      ],
      [
        ['a', '&lt;b&gt;', 'c'],
        [4, null, 3],
      ],
    ]);
    expect(titlesOf(chart)).toEqual([undefined, 'pairs']);
    expect(chart.layout['xaxis']).toMatchObject({ type: 'category' });
  });
});

describe('preferenceGraphChart', () => {
  const edge = (winner: string, loser: string, cyclic: boolean) => ({ winner, loser, margin: 2, cyclic });
  const graph: PreferenceGraph = {
    promptId: 'p',
    edges: [edge('a', 'b', true), edge('b', 'c', true), edge('c', 'a', true), edge('a', '<d>', false)],
    cyclicTriples: 1,
  };
  const chart = charts.preferenceGraphChart(graph);
  const annotations = chart.layout['annotations'] as Record<string, unknown>[];

  it('draws every answer once and an arrow from each winner to its loser', () => {
    const [nodes] = chart.data as { text: string[]; x: number[]; y: number[] }[];
    expect(nodes?.text).toEqual(['&lt;d&gt;', 'a', 'b', 'c']);
    const arrows = annotations.filter(({ showarrow }) => showarrow);
    expect(arrows).toHaveLength(4);
    const at = (name: string): [number, number] => {
      const i = nodes?.text.indexOf(name) as number;
      return [nodes?.x[i] as number, nodes?.y[i] as number];
    };
    const near = (x: unknown, y: unknown, [u, v]: [number, number]): number =>
      Math.hypot((x as number) - u, (y as number) - v);
    const { ax, ay, x, y } = arrows[0] as Record<string, unknown>;
    expect(near(ax, ay, at('a'))).toBeLessThan(near(ax, ay, at('b')));
    expect(near(x, y, at('b'))).toBeLessThan(near(x, y, at('a')));
  });

  it('shows by colour and by width what lies in a cycle', () => {
    const arrows = annotations.filter(({ showarrow }) => showarrow);
    expect(new Set(arrows.slice(0, 3).map(({ arrowcolor }) => arrowcolor)).size).toBe(1);
    expect(arrows[3]?.['arrowcolor']).not.toBe(arrows[0]?.['arrowcolor']);
    expect(arrows[3]?.['arrowwidth']).toBeLessThan(arrows[0]?.['arrowwidth'] as number);
  });
});

describe('lengthPreferenceChart', () => {
  it('has the share of votes for the longer answer in per cent, with intervals', () => {
    const vote = (winner: Comparison['winner']): Comparison => ({
      promptId: 'p',
      prompt: 'p',
      a: { responseId: 'a', text: 'long' },
      b: { responseId: 'b', text: 'x' },
      winner,
      annotator: 'n',
    });
    const chart = charts.lengthPreferenceChart({ votes: [vote('a'), vote('a'), vote('b'), vote('tie')] });
    expect(chart.data[0]).toMatchObject({ x: [3] });
    expect((chart.data[0]?.['y'] as number[])[0]).toBeCloseTo(66.67, 1);
    expect((chart.data[0]?.['error_y'] as { array: number[] }).array[0]).toBeGreaterThan(10);
  });

  it('takes pairs for votes for the chosen answer', () => {
    const pair = { promptId: 'p', prompt: 'p', chosen: 'long', rejected: 'x' };
    const { data } = charts.lengthPreferenceChart({
      pairs: [pair, { ...pair, chosen: 'x', rejected: 'long' }],
    });
    expect(data[0]).toMatchObject({ x: [3], y: [50] });
  });
});

describe('lengthBalanceChart', () => {
  it('has the share of pairs whose longer answer is chosen, in per cent, a group a bucket', () => {
    const side = (longerChosen: number, shorterChosen: number) => ({ longerChosen, shorterChosen });
    const bucket = (minDifference: number, maxDifference = minDifference + 2) => ({
      minDifference,
      maxDifference,
      before: side(3, 1),
      after: side(2, 2),
    });
    const chart = charts.lengthBalanceChart({
      method: 'reweight',
      pairs: { before: 8, after: 8 },
      lengthOnlyAccuracy: { before: 0.75, after: 0.5 },
      equalLength: 0,
      buckets: [bucket(1), bucket(4), bucket(7, 7)],
    });
    expect(chart.data.map(({ name, x, y }) => [name, x, y])).toEqual([
      ['before', expect.arrayContaining(['1 to 3', '4 to 6', '7']), [75, 75, 75]],
      ['after', expect.arrayContaining(['1 to 3', '4 to 6', '7']), [50, 50, 50]],
    ]);
    expect(chart.layout['xaxis']).toMatchObject({
      title: { text: 'how much longer it is (tokens)' },
      categoryarray: ['1 to 3', '4 to 6', '7'],
    });
  });
});

describe('sharePanels', () => {
  it('draws every panel from 0 to 1', () => {
    const rows = [
      { step: 0, a: 0.9, b: 0.5 },
      { step: 1, a: 0.88, b: 0.5 },
    ];
    const { data, layout } = charts.sharePanels(
      [{ name: 'ppo', rows }],
      [
        ['a', 'A', 'share'],
        ['b', 'B', 'share'],
      ],
      charts.seriesStyles(['ppo']),
    );
    expect(data.map(({ y }) => y)).toEqual([
      [0.9, 0.88],
      [0.5, 0.5],
    ]);
    for (const axis of ['yaxis', 'yaxis2'])
      expect(layout[axis]).toMatchObject({ range: [0, 1.05], title: { text: 'share' } });
  });
});

describe('the look of charts in notebooks', () => {
  /** @see WCAG 2.2, relative luminance and contrast ratio. */
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one: string, two: string): number => {
    const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b) as [number, number];
    return (high + 0.05) / (low + 0.05);
  };
  const { layout } = plotlyTemplate('either') as { layout: { font: { color: string }; colorway: string[] } };

  it('has text that reads on white and on a dark notebook', () => {
    for (const ground of ['#ffffff', '#111111'])
      expect(contrast(layout.font.color, ground)).toBeGreaterThan(4.2);
  });

  it('has series that stand out from both', () => {
    for (const ground of ['#ffffff', '#111111'])
      for (const color of layout.colorway) expect(contrast(color, ground)).toBeGreaterThan(2.9);
  });
});
