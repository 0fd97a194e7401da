/** A prompt's preference graph, drawn: answers on a circle, an arrow from each winner to its loser. */
import { chartName, neutral, outcomeColors, type Chart } from '../../evaluation/report/theme';
import type { PreferenceGraph } from '../../filter/preference-graph';

/** Part of an arrow's length that is left free at each answer. */
const gap = 0.14;

/** Arrows in a cycle are drawn in another colour and thicker; the numbers say by how many votes. */
export function preferenceGraphChart({ edges }: PreferenceGraph): Chart {
  const names = [...new Set(edges.flatMap(({ winner, loser }) => [winner, loser]))].sort();
  const place = new Map(
    names.map((name, i) => {
      const angle = (2 * Math.PI * i) / names.length;
      return [name, { x: Math.sin(angle), y: Math.cos(angle) }] as const;
    }),
  );
  const at = (name: string): { x: number; y: number } => place.get(name) as { x: number; y: number };
  const hidden = { visible: false, range: [-1.4, 1.4], type: 'linear' };
  return {
    data: [
      {
        type: 'scatter',
        mode: 'markers+text',
        x: names.map((name) => at(name).x),
        y: names.map((name) => at(name).y),
        text: names.map(chartName),
        textposition: names.map((name) => outside(at(name))),
        marker: { size: 16, color: neutral },
        hoverinfo: 'text',
        showlegend: false,
      },
      legendEntry('in a cycle', outcomeColors.loss),
      legendEntry('in none', outcomeColors.win),
    ],
    layout: {
      height: 380,
      margin: { l: 16, r: 16, t: 40, b: 16 },
      showlegend: true,
      legend: { orientation: 'h', x: 0, y: 1.08 },
      xaxis: hidden,
      yaxis: { ...hidden, scaleanchor: 'x' },
      annotations: edges.flatMap(({ winner, loser, margin, cyclic }) => {
        const [from, to] = [at(winner), at(loser)];
        const along = (share: number): { x: number; y: number } => ({
          x: from.x + share * (to.x - from.x),
          y: from.y + share * (to.y - from.y),
        });
        const color = cyclic ? outcomeColors.loss : outcomeColors.win;
        const [tail, head, label] = [along(gap), along(1 - gap), along(0.36)];
        return [
          {
            ax: tail.x,
            ay: tail.y,
            axref: 'x',
            ayref: 'y',
            ...head,
            xref: 'x',
            yref: 'y',
            showarrow: true,
            arrowhead: 2,
            arrowsize: 1.1,
            arrowwidth: cyclic ? 3 : 1.8,
            arrowcolor: color,
            text: '',
          },
          { ...label, text: `+${margin}`, showarrow: false, font: { color, size: 13 }, xshift: 9, yshift: 9 },
        ];
      }),
    },
    // The names beside the circle need more of a narrow chart.
    narrow: { below: 520, layout: { xaxis: { ...hidden, range: [-2.3, 2.3] } } },
  };
}

/** Where a name stands free of arrows. */
function outside({ x, y }: { readonly x: number; readonly y: number }): string {
  if (Math.abs(x) > 0.5) return x > 0 ? 'middle right' : 'middle left';
  return y > 0 ? 'top center' : 'bottom center';
}

function legendEntry(name: string, color: string): Chart['data'][number] {
  return { type: 'scatter', mode: 'lines', name, x: [null], y: [null], line: { color, width: 3 } };
}
