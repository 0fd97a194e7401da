import { describe, expect, it } from 'vitest';
import { barFigure } from '../../lib/notebook/figures/bars';
import { plot } from '../../lib/notebook/plot';
import { inCell, onStdout } from './cell';

const figure = barFigure({ sft: { a: 1 / 3, b: Number.NaN }, dpo: { a: 1 } }, 'share');

describe('plot', () => {
  it('displays a figure as JSON, not as text, with the common look', async () => {
    const [shown] = await inCell(() => plot(figure));
    const chart = shown?.data['application/vnd.plotly.v1+json'] as {
      data: { y: (number | null)[] }[];
      layout: { template: { layout: { colorway: string[]; paper_bgcolor: string } } };
      config: { responsive: boolean };
    };
    expect(typeof chart).toBe('object');
    expect(chart.data[0]?.y).toEqual([0.33333, null]);
    expect(chart.layout.template.layout.colorway).toHaveLength(8);
    expect(chart.layout.template.layout.paper_bgcolor).toBe('rgba(0,0,0,0)');
    expect(chart.config.responsive).toBe(true);
    // What frontends without Plotly show.
    expect(shown?.data['text/plain']).toBe('Chart (drawn in notebooks): share; sft, dpo');
  });

  it('writes plain arrays where it is given typed ones', async () => {
    const [shown] = await inCell(() => plot({ data: [{ y: new Float32Array([0.1, 2]) }], layout: {} }));
    expect((shown?.data['application/vnd.plotly.v1+json'] as { data: object[] }).data).toEqual([
      { y: [0.1, 2] },
    ]);
  });

  it('leaves the given figure as it is', async () => {
    const before = structuredClone(figure);
    await inCell(() => plot(figure));
    expect(figure).toEqual(before);
  });

  it('says outside of a notebook what it would draw', async () => {
    expect(await onStdout(() => plot(figure))).toBe('Chart (drawn in notebooks): share; sft, dpo\n');
  });
});
