/** Measure `filter`: how much the filter removed, and how often the labels it kept are right. */
import type { GoldVerdict } from '../../../../datasets/dialogues';
import { readJson } from '../../../files';
import type { FilterReport } from '../../../filter/report';
import { pipelineWorld } from '../../../pipeline/world';
import { readPairs } from '../../../preferences/readers/open';
import type { ConditionConfig } from '../config';
import type { Measure, MeasuredPart } from '../../measure';

export const filterMeasure: Measure<ConditionConfig> = {
  module: __filename,
  reads: ['filter'],
  metrics: ['ties', 'cyclic', 'kept', 'labelsRight'],
  measure: measureFilter,
};

async function measureFilter(config: ConditionConfig, path: (file: string) => string): Promise<MeasuredPart> {
  const report = readJson<FilterReport>(path('filter/report.json'));
  const pairs = await readPairs(path('filter/pairs.jsonl'));
  const world = pipelineWorld(config);
  const judged = new Map<string, GoldVerdict>();
  const goldOf = (promptId: string, text: string): number => {
    const key = JSON.stringify([promptId, text]);
    const verdict = judged.get(key) ?? world.judge(promptId, text);
    judged.set(key, verdict);
    return verdict.gold;
  };
  const gaps = pairs
    .map(({ promptId, chosen, rejected }) => goldOf(promptId, chosen) - goldOf(promptId, rejected))
    .filter((gap) => gap !== 0);
  return {
    metrics: {
      ties: report.ties,
      cyclic: report.cyclic,
      kept: report.kept,
      labelsRight: gaps.filter((gap) => gap > 0).length / gaps.length,
    },
  };
}
