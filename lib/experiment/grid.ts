/** The grid of an experiment: its conditions with their seeds, each with its flow and where the flow's results are kept. */
import { createHash } from 'node:crypto';
import { nodesBehind, stageFiles, type Flow, type FlowNode } from '../flow/flow';
import { openStore, type Store } from '../flow/store';
import { stableJson } from '../stable-json';
import { conditionsOf, settingsOf, type Condition } from './conditions';
import type { ExperimentConfig } from './config';
import { dataKinds, type DataName } from './kinds';
import { measureKey, type Measure } from './measure';
import type { RowKeys } from './results';

/** A condition with a seed. */
export interface ConditionRun {
  readonly condition: Condition;
  readonly seed: number;
  readonly data: DataName;
  /** Resolved; of the kind that the data has. */
  readonly config: object;
  readonly configHash: string;
  readonly flow: Flow;
  readonly store: Store;
  /** Where a file of a stage is. */
  path(file: string): string;
  /** By name. */
  readonly measures: Readonly<Record<string, Measure>>;
  /** The stages that its measures read from. */
  readonly finals: readonly FlowNode[];
}

/**
 * All conditions with all seeds, seed by seed: when the budget ends early, whole seeds are there. Stages that conditions share are kept once, below
 * `root`.
 *
 * @throws {InputError} for a setting that the configuration does not have or cannot take.
 */
export function gridOf(experiment: ExperimentConfig, root: string, engine: string): ConditionRun[] {
  const { data = 'dialogues' } = experiment;
  const kind = dataKinds[data];
  const measures = Object.fromEntries(
    experiment.measures.map((name) => [name, kind.measures[name] as Measure]),
  );
  const labels = [...new Set(Object.values(measures).flatMap(({ reads }) => reads))];
  const store = openStore({ kind: 'keyed', root, engine });
  return experiment.seeds.flatMap((seed) =>
    conditionsOf(experiment).map((condition): ConditionRun => {
      const config = kind.conditionConfig(
        `experiment ${experiment.name}, ${condition.name}`,
        seed,
        settingsOf(experiment, condition),
      );
      const flow = kind.flow(config);
      return {
        condition,
        seed,
        data,
        config,
        configHash: createHash('sha256')
          .update(stableJson([experiment.measures, config]))
          .digest('hex'),
        flow,
        store,
        path: stageFiles(flow, store.folder),
        measures,
        finals: labels.map(flow.node),
      };
    }),
  );
}

/** Keys of what computes a condition now: of the stages behind it, and of its measures. */
export function keysOf({ flow, finals, measures, config }: ConditionRun): RowKeys {
  const keyOf = (label: string): string => flow.node(label).key();
  return {
    stages: Object.fromEntries(nodesBehind(finals).map((node) => [node.label, node.key()])),
    measures: Object.fromEntries(
      Object.entries(measures).map(([name, measure]) => [name, measureKey(measure, config, keyOf)]),
    ),
  };
}
