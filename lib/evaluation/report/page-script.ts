/** The script of the page: draws every chart with the template of the reader's colour scheme, and again when it changes. */

/** Runs in the reader's browser, after Plotly and the JSON of the charts. */
export const pageScript = `
'use strict';
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const templates = read('templates');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const config = {
    responsive: true,
    displaylogo: false,
    modeBarButtons: [['toImage', 'resetScale2d']],
  };
  const charts = [...document.querySelectorAll('.chart')].map((element) => [element, read(element.dataset.chart)]);
  const draw = () => {
    const template = templates[dark.matches ? 'dark' : 'light'];
    for (const [element, { data, layout }] of charts) {
      Plotly.react(element, data, { ...layout, template }, config);
    }
  };
  dark.addEventListener('change', draw);
  draw();
})();
`;
