/** The script of the page. */
import { drawCharts } from './draw-charts';
import { markScrollers } from './scrollers';

/** Runs in the reader's browser, after Plotly (if there is a chart) and the JSON of the charts. */
export const pageScript = `
'use strict';
(() => {
  ${drawCharts}
  ${markScrollers}
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  for (const choice of document.querySelectorAll('.choice')) {
    // Without this script all is shown and there is nothing to choose.
    choice.hidden = false;
    choice.addEventListener('change', ({ target: { value } }) => {
      for (const fold of choice.parentElement.querySelectorAll('details[data-language]'))
        fold.hidden = value !== '' && fold.dataset.language !== value;
    });
  }
  markScrollers(document.querySelectorAll('.scroll'));
  const config = { displaylogo: false, modeBarButtons: [['toImage', 'resetScale2d']] };
  const charts = [...document.querySelectorAll('.chart')];
  drawCharts(
    charts.map((element) => [element, { ...read(element.dataset.chart), config }]),
    read('templates'),
  );
})();
`;
