/** How pages draw their charts, in the reader's browser: in the reader's colour scheme and in the width that there is. */

/** Declares `drawCharts(charts, templates)`: pairs of an element and its chart, Plotly templates by colour scheme. */
export const drawCharts = `
const drawCharts = (charts, templates) => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isNarrow = ([element, { narrow }]) => narrow !== undefined && element.clientWidth < narrow.below;
  const drawnNarrow = new Map();
  const draw = (pair) => {
    const [element, chart] = pair;
    const narrow = isNarrow(pair);
    // What the other arrangement drew must go.
    if (drawnNarrow.has(element) && drawnNarrow.get(element) !== narrow) Plotly.purge(element);
    drawnNarrow.set(element, narrow);
    // Plotly writes into what it is given.
    const { data, layout, config } = structuredClone(chart);
    const shown = {
      ...layout,
      ...(narrow ? structuredClone(chart.narrow.layout) : {}),
      template: templates[dark.matches ? 'dark' : 'light'],
    };
    if (shown.height !== undefined) element.style.minHeight = shown.height + 'px';
    Plotly.react(element, data, shown, { ...config, responsive: true });
  };
  dark.addEventListener('change', () => charts.forEach(draw));
  addEventListener('resize', () => {
    for (const pair of charts) if (drawnNarrow.get(pair[0]) !== isNarrow(pair)) draw(pair);
  });
  charts.forEach(draw);
};
`;
