import { describe, expect, it } from 'vitest';
import { chartText, plotlyTemplate, seriesStyles, translucent } from '../../../lib/evaluation/report/theme';

/** WCAG 2 contrast of two hex colours. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r, g, blue] = [1, 3, 5].map((at) => {
      const s = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe('seriesStyles', () => {
  const styles = seriesStyles(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);

  it('gives eight series eight colours and eight symbols', () => {
    expect(new Set([...styles.values()].map(({ color }) => color)).size).toBe(8);
    expect(new Set([...styles.values()].map(({ symbol }) => symbol)).size).toBe(8);
  });

  it.each(['#ffffff', '#171b21'])('keeps every line visible on %s', (ground) => {
    // What WCAG 2 asks of graphics.
    for (const { color } of styles.values()) expect(contrast(color, ground)).toBeGreaterThan(3);
  });

  it('repeats colours past the end of the palette', () => {
    const many = seriesStyles(Array.from({ length: 9 }, (_, i) => `${i}`));
    expect(many.get('8')).toEqual(many.get('0'));
  });
});

describe('plotlyTemplate', () => {
  it.each(['light', 'dark'] as const)('has text of at least 4.5:1 in the %s scheme', (scheme) => {
    const { font, hoverlabel } = plotlyTemplate(scheme)['layout'] as {
      font: { color: string };
      hoverlabel: { bgcolor: string };
    };
    expect(contrast(font.color, hoverlabel.bgcolor)).toBeGreaterThan(4.5);
  });
});

describe('translucent', () => {
  it('writes channels in decimal', () => {
    expect(translucent('#ff8000', 0.5)).toBe('rgba(255,128,0,0.5)');
  });
});

describe('chartText', () => {
  it('shows markup and entities as they were written', () => {
    expect(chartText('<a href="x">&lt;</a>')).toBe('&lt;a href="x"&gt;&amp;lt;&lt;/a&gt;');
  });
});
