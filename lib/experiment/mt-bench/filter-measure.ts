/** Measure `filter` of human votes: how many the filter removed, and how far people agree. */
import { readJson } from '../../files';
import type { FilterReport } from '../../filter/report';
import type { VotesConfig } from './config';
import type { Measure } from '../measure';

export const votesFilterMeasure: Measure<VotesConfig> = {
  module: __filename,
  reads: ['filter'],
  metrics: ['ties', 'cyclic', 'kept', 'alpha'],
  measure: (_, path) => {
    const { ties, cyclic, kept, alpha } = readJson<FilterReport>(path('filter/report.json'));
    return Promise.resolve({ metrics: { ties, cyclic, kept, alpha: alpha ?? Number.NaN } });
  },
};
