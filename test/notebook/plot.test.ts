import { describe, expect, it } from 'vitest';
import { barChart } from '../../lib/notebook/charts/bars';
import { plot } from '../../lib/notebook/plot';
import { inCell, onStdout } from './cell';

const chart = barChart({ sft: { a: 1 / 3, b: Number.NaN }, dpo: { a: 1 } }, 'share');

describe('plot', () => {
  it('displays a chart as JSON, not as text, with the common look', async () => {
    const [shown] = await inCell(() => plot(chart));
    const drawn = shown?.data['application/vnd.plotly.v1+json'] as {
      data: { y: (number | null)[] }[];
      layout: { template: { layout: { colorway: string[]; paper_bgcolor: string } } };
      config: { responsive: boolean };
    };
    expect(typeof drawn).toBe('object');
    expect(drawn.data[0]?.y).toEqual([0.33333, null]);
    expect(drawn.layout.template.layout.colorway).toHaveLength(8);
    expect(drawn.layout.template.layout.paper_bgcolor).toBe('rgba(0,0,0,0)');
    expect(drawn.config.responsive).toBe(true);
    // What frontends without Plotly show.
    expect(shown?.data['text/plain']).toBe('Chart (drawn in notebooks): share; SFT, DPO');
  });

  it('writes plain arrays where it is given typed ones', async () => {
    const [shown] = await inCell(() => plot({ data: [{ y: new Float32Array([0.1, 2]) }], layout: {} }));
    expect((shown?.data['application/vnd.plotly.v1+json'] as { data: object[] }).data).toEqual([
      { y: [0.1, 2] },
    ]);
  });

  it('leaves the given chart as it is', async () => {
    const before = structuredClone(chart);
    await inCell(() => plot(chart));
    expect(chart).toEqual(before);
  });

  it('says outside of a notebook what it would draw', async () => {
    expect(await onStdout(() => plot(chart))).toBe('Chart (drawn in notebooks): share; SFT, DPO\n');
  });
});
