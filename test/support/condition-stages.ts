/** The stages of a condition, run in the process of the test. */
import type { ConditionRun } from '../../lib/experiment/grid';
import { nodesBehind } from '../../lib/flow/flow';
import { runFlow } from '../../lib/flow/run';
import type { StageManifest } from '../../lib/flow/run-stage';

export function stagesOf({ flow, store, path }: ConditionRun) {
  return {
    path,
    folder: (label: string): string => store.folder(flow.node(label)),
    manifest: (label: string): StageManifest => store.manifest(flow.node(label)),
    run: async (...labels: string[]): Promise<void> =>
      void (await runFlow(labels.map(flow.node), { store, onFailure: 'stop' })),
  };
}

/** Labels of all stages behind some conditions; those that conditions share once. */
export function labelsBehind(runs: readonly ConditionRun[]): string[] {
  const folders = new Map<string, string>();
  for (const { store, finals } of runs)
    for (const node of nodesBehind(finals)) folders.set(store.folder(node), node.label);
  return [...folders.values()];
}
