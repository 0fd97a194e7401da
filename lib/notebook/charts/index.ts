/** Every chart that notebooks draw, those of the report among them. */
export { seriesStyles } from '../../evaluation/report/theme';
export { reliabilityDiagram } from '../../evaluation/report/charts/calibration';
export { frontierChart } from '../../evaluation/report/charts/frontier';
export { lengthChart } from '../../evaluation/report/charts/lengths';
export { probeChart } from '../../evaluation/report/charts/probes';
export { scoreDistributions, scoresByTask } from '../../evaluation/report/charts/score-distributions';
export { scoreLength } from '../../evaluation/report/charts/score-length';
export { metricPanels, trainingCurves } from '../../evaluation/report/charts/training-curves';
export { winTieLoss } from '../../evaluation/report/charts/win-tie-loss';
export { barChart } from './bars';
export { lineChart } from './lines';
export { preferenceGraphChart } from './preference-graph';
export { lengthPreferenceChart } from './length-preference';
export { lengthBalanceChart } from './length-balance';
export { sharePanels } from './share-panels';
