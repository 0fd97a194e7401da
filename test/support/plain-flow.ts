/** A flow of stages that do nothing, for tests of what runs them and of what shows them. */
import { createFlow, type Flow } from '../../lib/flow/flow';
import { jsonFile } from '../../lib/flow/formats';
import { recordInput, type Input } from '../../lib/flow/input';
import { defineStage, innerSlot, output } from '../../lib/flow/stage';

const stage = defineStage({
  name: 'stage',
  module: __filename,
  inputs: { earlier: innerSlot<unknown>('what it reads') },
  outputs: { result: output('result.json', jsonFile<number>()) },
  run: () => Promise.resolve(),
});

export interface PlainFlow {
  readonly flow: Flow;
  /** Adds a stage that reads from earlier ones. @returns its result, for later ones. */
  add(label: string, ...earlier: Input<number>[]): Input<number>;
}

export function plainFlow(): PlainFlow {
  const flow = createFlow({ module: __filename, config: {} });
  return {
    flow,
    add: (label, ...earlier) =>
      flow.add(stage, { earlier: recordInput(Object.fromEntries(earlier.entries())) }, {}, label).result,
  };
}
