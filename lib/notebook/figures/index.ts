/** Every chart that notebooks draw, those of the report among them. */
export { seriesStyles } from '../../evaluation/report/theme';
export { reliabilityDiagram } from '../../evaluation/report/figures/calibration';
export { frontierFigure } from '../../evaluation/report/figures/frontier';
export { lengthFigure } from '../../evaluation/report/figures/lengths';
export { probeFigure } from '../../evaluation/report/figures/probes';
export { scoreDistributions, scoresByTask } from '../../evaluation/report/figures/score-distributions';
export { scoreLength } from '../../evaluation/report/figures/score-length';
export { metricPanels, trainingCurves } from '../../evaluation/report/figures/training-curves';
export { winTieLoss } from '../../evaluation/report/figures/win-tie-loss';
export { barFigure } from './bars';
export { lineFigure } from './lines';
export { preferenceGraphFigure } from './preference-graph';
export { lengthPreferenceFigure } from './length-preference';
export { lengthBalanceFigure } from './length-balance';
export { sharePanels } from './share-panels';
