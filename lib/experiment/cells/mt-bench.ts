/** Experiments on MT-bench's human votes. */
import { readJson, readJsonLines } from '../../files';
import { filterFields } from '../../filter/config';
import type { FilterReport } from '../../filter/report';
import { rewardFields } from '../../reward/config';
import type { CellKind } from './cell-kind';
import { hashOfFiles } from './data-hash';
import { votesBase, type VotesConfig } from './given-data';
import type { MeasureName } from '../measures/measure-names';
import { measureParts, type MeasuredPart } from '../measures/measurements';
import { votedMeasures } from '../measures/pair-measures';
import { applySettings, requireCounts } from './settings';
import {
  voteFiles,
  voteSteps,
  type HumanAgreement,
  type ScoredLength,
  type VotedPair,
} from '../steps/vote-steps';

type VotesMeasure = MeasureName<'mt-bench'>;
type Measure = (path: (file: string) => string) => Promise<MeasuredPart>;

const measures: Readonly<Record<VotesMeasure, Measure>> = {
  filter: (path) => {
    const { ties, cyclic, kept, alpha } = readJson<FilterReport>(path('filter/report.json'));
    return Promise.resolve({ metrics: { ties, cyclic, kept, alpha: alpha ?? Number.NaN } });
  },
  agreement: async (path) =>
    votedMeasures(
      await readJsonLines<VotedPair>(path('held-out/pairs.jsonl')),
      await readJsonLines<ScoredLength>(path('held-out/responses.jsonl')),
      readJson<HumanAgreement>(path('held-out/humans.json')),
    ),
};

export const mtBench: CellKind<VotesConfig, VotesMeasure> = {
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
  steps: voteSteps,
  measuredSteps: { filter: ['filter'], agreement: ['held-out'] },
  measureCell: (_, names, path) => measureParts(names, (name) => measures[name](path)),
  dataHash: (config) => Promise.resolve(hashOfFiles(voteFiles(config))),
};
