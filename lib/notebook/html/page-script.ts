/** The script of an exported notebook: puts outputs in place, draws the charts, and marks what scrolls sideways. */
import { drawCharts } from '../../evaluation/report/draw-charts';
import { markScrollers } from '../../evaluation/report/scrollers';

/** Runs in the reader's browser, after Plotly (if there is a chart) and the JSON of the outputs. */
export const pageScript = `
'use strict';
(() => {
  ${drawCharts}
  ${markScrollers}
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  // Scripts in markup that is set like this are never run; the page's policy forbids them besides.
  [...document.querySelectorAll('.fragment')].forEach((element, i) => { element.innerHTML = read('fragment-' + i); });
  markScrollers(document.querySelectorAll('.fragment > div, .scroll'));
  const charts = [...document.querySelectorAll('.chart')];
  drawCharts(charts.map((element, i) => [element, read('chart-' + i)]), read('templates'));
})();
`;
