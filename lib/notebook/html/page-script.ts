/** The script of an exported notebook: puts outputs in place and draws the charts in the reader's colour scheme. */

/** Runs in the reader's browser, after Plotly (if there is a chart) and the JSON of the outputs. */
export const pageScript = `
'use strict';
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  // Scripts in markup that is set like this are never run; the page's policy forbids them besides.
  [...document.querySelectorAll('.fragment')].forEach((element, i) => { element.innerHTML = read('fragment-' + i); });
  const charts = [...document.querySelectorAll('.chart')].map((element, i) => [element, read('chart-' + i)]);
  if (charts.length === 0) return;
  const templates = read('templates');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const draw = () => {
    const template = templates[dark.matches ? 'dark' : 'light'];
    for (const [element, { data, layout, config }] of charts) {
      Plotly.react(element, data, { ...layout, template }, { ...config, responsive: true });
    }
  };
  dark.addEventListener('change', draw);
  draw();
})();
`;
