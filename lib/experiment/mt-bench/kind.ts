/** Experiments on MT-bench's human votes. */
import { votesBase, votesFields, type VotesConfig } from './config';
import { agreementMeasure } from './agreement-measure';
import { votesFilterMeasure } from './filter-measure';
import { applySettings } from '../../settings';
import { hashOfFiles } from '../given/files';
import type { DataKind } from '../kind';
import { voteFiles, votesFlow } from './flow';

export const mtBench: DataKind<VotesConfig> = {
  conditionConfig: (where, seed, settings) => applySettings(where, votesFields, votesBase(seed), settings),
  flow: votesFlow,
  measures: { filter: votesFilterMeasure, agreement: agreementMeasure },
  dataHash: (config) => Promise.resolve(hashOfFiles(voteFiles(config))),
};
