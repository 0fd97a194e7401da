/** Experiments on MT-bench's human votes. */
import { filterFields } from '../../filter/config';
import { rewardFields } from '../../reward/config';
import type { CellKind } from './cell-kind';
import { hashOfFiles } from './data-hash';
import { votesBase, type VotesConfig } from './given-data';
import type { MeasureName } from '../measures/measure-names';
import { agreementMeasure } from '../measures/votes-agreement';
import { votesFilterMeasure } from '../measures/votes-filter';
import { applySettings } from '../../settings';
import { requireCounts } from './counts';
import { voteFiles, votesFlow } from '../stages/votes-flow';

export const mtBench: CellKind<VotesConfig, MeasureName<'mt-bench'>> = {
  cellConfig: (where, seed, settings) => {
    const base = votesBase(seed);
    const { model, heldOutQuestions } = base;
    const config = applySettings(where, base, settings, {
      stages: { filter: filterFields, reward: rewardFields },
      parts: {},
      values: { model, heldOutQuestions },
    });
    requireCounts(where, { heldOutQuestions: config.heldOutQuestions });
    return config;
  },
  flow: votesFlow,
  measures: { filter: votesFilterMeasure, agreement: agreementMeasure },
  dataHash: (config) => Promise.resolve(hashOfFiles(voteFiles(config))),
};
