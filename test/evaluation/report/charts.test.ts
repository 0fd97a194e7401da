import { describe, expect, it } from 'vitest';
import { reliabilityDiagram } from '../../../lib/evaluation/report/charts/calibration';
import { frontierChart } from '../../../lib/evaluation/report/charts/frontier';
import { lengthChart } from '../../../lib/evaluation/report/charts/lengths';
import { panelChart } from '../../../lib/evaluation/report/charts/panels';
import { probeChart } from '../../../lib/evaluation/report/charts/probes';
import { scoreDistributions, scoresByTask } from '../../../lib/evaluation/report/charts/score-distributions';
import { scoreLength } from '../../../lib/evaluation/report/charts/score-length';
import { metricPanels, trainingCurves } from '../../../lib/evaluation/report/charts/training-curves';
import { winTieLoss } from '../../../lib/evaluation/report/charts/win-tie-loss';
import { seriesStyles, type Chart } from '../../../lib/evaluation/report/theme';
import { sampleReport } from './sample-report';

const report = sampleReport();
const styles = seriesStyles(report.policyNames);

describe('winTieLoss', () => {
  const { data } = winTieLoss(report.policies ?? {}, 'sft', styles);

  it('leaves the baseline out and stacks shares that add up to one', () => {
    expect(data.map(({ name }) => name)).toEqual(['win', 'tie', 'loss', undefined]);
    expect(data[0]?.['y']).toEqual(['DPO', 'PPO', 'PPO without<br>the SFT loss']);
    const totals = [0, 1, 2].map((i) =>
      data.slice(0, 3).reduce((sum, { x }) => sum + ((x as number[])[i] as number), 0),
    );
    for (const total of totals) expect(total).toBeCloseTo(1, 12);
  });

  it('draws the interval of wins minus losses in points', () => {
    const { winMinusLoss, winMinusLossCi } = report.policies?.['ppo'] ?? {
      winMinusLoss: 0,
      winMinusLossCi: [0, 0],
    };
    const { x, error_x } = data[3] as unknown as {
      x: number[];
      error_x: { array: number[]; arrayminus: number[] };
    };
    expect(x[1]).toBeCloseTo(100 * winMinusLoss, 10);
    expect((x[1] ?? 0) + (error_x.array[1] ?? 0)).toBeCloseTo(100 * winMinusLossCi[1], 10);
    expect((x[1] ?? 0) - (error_x.arrayminus[1] ?? 0)).toBeCloseTo(100 * winMinusLossCi[0], 10);
  });
});

describe('scoreDistributions', () => {
  it('draws a shape a policy, in the order of the styles', () => {
    const rows = [
      { policy: 'ppo', score: 1 },
      { policy: 'sft', score: 0 },
      { policy: 'sft', score: 2 },
    ];
    const { data } = scoreDistributions(rows, styles, 'score');
    expect(data.map(({ name, x }) => [name, x])).toEqual([
      ['SFT', [0, 2]],
      ['PPO', [1]],
    ]);
  });
});

describe('scoresByTask', () => {
  it('marks medians with quartiles, and nothing where a policy has no response', () => {
    const rows = [
      ...[1, 2, 3, 4, 9].map((score) => ({ policy: 'sft', task: 'list', score })),
      { policy: 'ppo', task: 'writing', score: 5 },
    ];
    const [sft, ppo] = scoresByTask(rows, styles, 'score').data as unknown as {
      y: string[];
      x: (number | null)[];
      error_x: { array: number[]; arrayminus: number[] };
    }[];
    expect(sft?.y).toEqual(['list', 'writing']);
    expect(sft?.x).toEqual([3, null]);
    expect([sft?.error_x.arrayminus[0], sft?.error_x.array[0]]).toEqual([1, 1]);
    expect(ppo?.x).toEqual([null, 5]);
  });
});

describe('scoreLength', () => {
  it('fits the line by least squares and says the correlation in the title', () => {
    const points = [10, 20, 30].map((tokens) => ({ tokens, score: 2 * tokens + 1 }));
    const { data, layout } = scoreLength([{ name: 'plain', points }]);
    expect(data[1]).toMatchObject({ x: [10, 30], y: [21, 61] });
    expect(JSON.stringify(layout['annotations'])).toContain('plain: r = +1.00 over all answers');
    expect(layout).not.toHaveProperty('coloraxis');
  });

  it('draws the line among answers of equal quality where that is what the title says', () => {
    // Over all points the score falls with length; between two equally good answers to one prompt it rises.
    const points = [0, 1, 2].flatMap((prompt) =>
      [0, 1, 2, 3].map((i) => ({
        promptId: `p${prompt}`,
        task: 'list',
        gold: i % 2,
        tokens: 10 * prompt + i,
        score: -prompt + 0.1 * i + (i % 2),
      })),
    );
    const { data, layout } = scoreLength([{ name: 'plain', points }]);
    expect(JSON.stringify(layout['annotations'])).toContain('plain: r = +1.00 at equal quality');
    const [from, to] = (data[1] as { y?: [number, number] }).y ?? [0, 0];
    expect(to - from).toBeCloseTo(0.1 * 23, 10);
  });

  it('colours by gold quality where all of it is known', () => {
    const points = [{ tokens: 1, score: 0, gold: 0.5 }];
    expect(scoreLength([{ name: 'plain', points }]).layout).toHaveProperty('coloraxis');
  });
});

describe('reliabilityDiagram', () => {
  it('draws the diagonal and a curve with Wilson intervals for each model', () => {
    const bins = [{ confidence: 0.8, frequency: 0.8, n: 10 }];
    const { data } = reliabilityDiagram([{ name: 'plain', ece: 0.0312, bins }], seriesStyles(['plain']));
    expect(data.map(({ name }) => name)).toEqual(['perfect', 'plain (ECE 3.1%)']);
    const { error_y } = data[1] as unknown as { error_y: { array: number[]; arrayminus: number[] } };
    expect(0.8 - (error_y.arrayminus[0] ?? 0)).toBeCloseTo(0.4902, 4);
  });
});

describe('frontierChart', () => {
  const point = { kl: 4, sqrtKl: 2, proxy: 1 };

  it('has a gold panel only where gold is known', () => {
    expect(frontierChart([{ name: 'ppo', points: [point] }], styles).layout).not.toHaveProperty('xaxis2');
    const { data } = frontierChart([{ name: 'ppo', points: [{ ...point, gold: 0.5 }] }], styles);
    expect(data.map(({ xaxis, x, y }) => [xaxis, x, y])).toEqual([
      ['x', [2], [1]],
      ['x2', [2], [0.5]],
    ]);
  });

  it('draws a policy without a course as one mark', () => {
    expect(frontierChart([{ name: 'dpo', points: [point] }], styles).data[0]).toMatchObject({
      mode: 'markers',
    });
  });
});

describe('probeChart', () => {
  it('draws a bar a policy and task, with the interval around it', () => {
    const result = { prompts: 20, passRate: 0.5, passRateCi: [0.3, 0.8] } as const;
    const { data } = probeChart({ sft: { json: result }, ppo: { identity: result } }, styles);
    expect(data[0]).toMatchObject({ name: 'SFT', x: ['JSON', 'identity'], y: [0.5, null] });
    const { error_y } = data[0] as unknown as { error_y: { array: number[]; arrayminus: number[] } };
    expect(error_y.array[0]).toBeCloseTo(0.3, 12);
    expect(error_y.arrayminus[0]).toBeCloseTo(0.2, 12);
  });
});

describe('trainingCurves', () => {
  it('takes the four most telling metrics that were logged', () => {
    const rows = [1, 2].map((step) => ({
      step,
      loss: 1 / step,
      'objective/kl': step,
      'objective/scores': step,
      grad_norm: 1,
      accuracy: 0.5,
      other: 3,
    }));
    const { layout, data } = trainingCurves({ title: 'PPO', runs: [{ name: 'ppo', rows }] }, styles);
    const titles = (layout['annotations'] as { text: string }[]).map(({ text }) => text);
    expect(titles).toEqual(['<b>Score</b>', '<b>KL to the reference</b>', '<b>Loss</b>', '<b>Accuracy</b>']);
    expect(data[2]).toMatchObject({ x: [1, 2], y: [1, 0.5], xaxis: 'x3' });
  });

  it('passes over rows that lack a metric', () => {
    const rows = [
      { step: 1, loss: 2 },
      { step: 2, loss: 1, eval_loss: 3 },
    ];
    const { data } = trainingCurves({ title: 'SFT', runs: [{ name: 'sft', rows }] }, styles);
    expect(data.map(({ x, mode }) => [x, mode])).toEqual([
      [[1, 2], 'lines'],
      [[2], 'markers'],
    ]);
  });
});

describe('lengthChart', () => {
  it('gives shares that add up to one and the mean in the name', () => {
    const rows = [4, 6, 20].map((tokens) => ({ policy: 'sft', tokens }));
    const [trace] = lengthChart(rows, styles).data as unknown as { name: string; y: number[] }[];
    expect(trace?.name).toBe('SFT (10.0)');
    expect(trace?.y.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });
});

describe('panelChart', () => {
  const panel = (title: string) => ({ title, data: [{}], xaxis: {}, yaxis: { title: { text: 'rows' } } });
  const domain = (layout: Chart['layout'], axis: string) =>
    (layout[axis] as { domain: [number, number] }).domain;

  it('puts panels below each other where their columns have no room', () => {
    const { layout, narrow } = panelChart(['a', 'b'].map(panel), 2);
    expect(domain(layout, 'yaxis')).toEqual(domain(layout, 'yaxis2'));
    const stacked = { ...layout, ...narrow?.layout };
    expect(domain(stacked, 'xaxis')).toEqual([0, 1]);
    expect(domain(stacked, 'xaxis2')).toEqual([0, 1]);
    expect(domain(stacked, 'yaxis2')[1]).toBeLessThan(domain(stacked, 'yaxis')[0]);
    expect(Number(stacked['height'])).toBeGreaterThan(Number(layout['height']));
    expect(panelChart([panel('a')], 1)).not.toHaveProperty('narrow');
  });

  it('names rows once beside each other, and in every panel of a stack', () => {
    const { layout, narrow } = panelChart([panel('a'), { ...panel('b'), sameRows: true }], 2);
    expect(layout['yaxis2']).toMatchObject({ showticklabels: false, title: undefined });
    expect(narrow?.layout['yaxis2']).toMatchObject({ title: { text: 'rows' } });
    expect(narrow?.layout['yaxis2']).not.toHaveProperty('showticklabels');
  });

  it('gives each panel axes of its own that do not overlap', () => {
    const { layout, data } = panelChart(['a', 'b', 'c'].map(panel), 2);
    expect(data.map(({ xaxis, yaxis }) => [xaxis, yaxis])).toEqual([
      ['x', 'y'],
      ['x2', 'y2'],
      ['x3', 'y3'],
    ]);
    expect(domain(layout, 'xaxis')[1]).toBeLessThan(domain(layout, 'xaxis2')[0]);
    expect(domain(layout, 'xaxis2')[1]).toBeCloseTo(1, 12);
    expect(domain(layout, 'yaxis3')[1]).toBeLessThan(domain(layout, 'yaxis')[0]);
    expect(domain(layout, 'yaxis3')[0]).toBeCloseTo(0, 12);
  });

  it('draws the metrics that are asked for, in their order, at the steps at which they were logged', () => {
    const rows = [
      { step: 0, probe: 1 },
      { step: 1, loss: 2 },
      { step: 4, loss: 1, probe: 0.5 },
    ];
    const { data, layout } = metricPanels(
      [{ name: 'ppo', rows }],
      [
        ['probe', 'Probe', 'share passed'],
        ['loss', 'Loss', 'nats'],
      ],
      styles,
    );
    expect(data.map(({ x, y }) => [x, y])).toEqual([
      [
        [0, 4],
        [1, 0.5],
      ],
      [
        [1, 4],
        [2, 1],
      ],
    ]);
    expect(layout['yaxis']).toMatchObject({ title: { text: 'share passed' } });
  });
});
