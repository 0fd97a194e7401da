/** Experiments on MT-bench's human votes. */
import { filterFields } from '../../filter/config';
import { rewardFields } from '../../reward/config';
import { votesBase, type VotesConfig } from './config';
import { agreementMeasure } from './agreement-measure';
import { votesFilterMeasure } from './filter-measure';
import { applySettings } from '../../settings';
import { requireCounts } from '../given/counts';
import { hashOfFiles } from '../given/files';
import type { DataKind } from '../kind';
import { voteFiles, votesFlow } from './flow';

export const mtBench: DataKind<VotesConfig> = {
  conditionConfig: (where, seed, settings) => {
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
