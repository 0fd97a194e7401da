/** Stages of the pipeline one by one, kept from run to run: how notebooks share what takes long. */
import { currentEngine } from '../backend';
import { stageFiles, type Flow } from '../flow/flow';
import { runFlow } from '../flow/run';
import { openStore } from '../flow/store';
import { projectPath } from '../project-path';
import type { PipelineConfig } from './config';
import { pipelineFlow } from './flow';

export interface Stages {
  readonly flow: Flow;
  /** Where a file of a stage is, e.g. `path('sft/model')`. */
  path(file: string): string;
  /**
   * Runs stages, and before each those that it reads from, unless they are kept.
   *
   * @throws {InputError} for a name that no stage has.
   */
  run(...names: string[]): Promise<void>;
}

/**
 * The stages of a pipeline, each with a folder `<name>-<key>`. Two configurations that differ in a late stage share the early
 * ones.
 *
 * @param root holds the folders; absent: the project's `runs/notebooks`.
 *
 * @example
 * ```ts
 * import { loadModel, openStages, pipelinePresets, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const stages = openStages(pipelinePresets.notebook(1));
 * await stages.run('sft'); // and what it reads from
 * const model = loadModel(stages.path('sft/model'));
 * console.log(model.config.numHiddenLayers);
 * ```
 */
export function openStages(config: PipelineConfig, root = projectPath('runs', 'notebooks')): Stages {
  const flow = pipelineFlow(config);
  const store = openStore({ kind: 'keyed', root, engine: currentEngine() });
  return {
    flow,
    path: stageFiles(flow, store.folder),
    async run(...names) {
      await runFlow(names.map(flow.node), { store, onFailure: 'stop' });
    },
  };
}
