import { describe, expect, it } from 'vitest';
import { createFlow, nodesBehind, stageFiles, type Flow } from '../../lib/flow/flow';
import { jsonFile } from '../../lib/flow/formats';
import { derivedInput, givenInput } from '../../lib/flow/input';
import { defineStage, innerSlot, optional, output } from '../../lib/flow/stage';

const module = `${process.cwd()}/lib/random.ts`;

const countStage = defineStage({
  name: 'count',
  module,
  inputs: { from: innerSlot<number>('where it starts'), by: optional(innerSlot<number>('the step')) },
  outputs: { result: output('result.json', jsonFile<number>()) },
  run: (_, config: { readonly to: number }) => Promise.resolve({ ...config }),
});
const given = (sha256: string) => givenInput(module, { path: 'start.json', sha256 }, jsonFile<number>());

interface Example {
  readonly sha256?: string;
  readonly to?: number;
  readonly lastTo?: number;
  readonly settings?: object;
}

/** first → middle (by a value made of first) → last; aside. */
function example({ sha256 = 'a', to = 1, lastTo = 1, settings }: Example = {}): Flow {
  const flow = createFlow({ module: __filename, config: {} });
  const first = flow.add(countStage, { from: given(sha256) }, { to }, 'first');
  const by = derivedInput(
    { first: first.result },
    { module, ...(settings && { settings }), make: (values) => values.first },
  );
  const middle = flow.add(countStage, { from: first.result, by }, { to: 1 }, 'middle');
  flow.add(countStage, { from: middle.result }, { to: lastTo }, 'last');
  flow.add(countStage, { from: given('b') }, { to: 1 }, 'aside');
  return flow;
}
const keys = (flow: Flow): Record<string, string> =>
  Object.fromEntries(flow.nodes.map((node) => [node.label, node.key()]));
/** Labels whose keys differ between two flows. */
const changed = (given: Example): string[] => {
  const [before, after] = [keys(example()), keys(example(given))];
  return Object.keys(before).filter((label) => before[label] !== after[label]);
};

describe('the key of a stage', () => {
  it('is the same for the same, and changes with configuration, from there on', () => {
    expect(changed({})).toEqual([]);
    expect(changed({ to: 2 })).toEqual(['first', 'middle', 'last']);
    expect(changed({ lastTo: 2 })).toEqual(['last']);
  });

  it('changes with the contents of files and with the settings of what its inputs are made with', () => {
    expect(changed({ sha256: 'c' })).toEqual(['first', 'middle', 'last']);
    expect(changed({ settings: { way: 'another' } })).toEqual(['middle', 'last']);
  });

  it('is not to be had of a file without a hash', () => {
    const flow = createFlow({ module: __filename, config: {} });
    const from = givenInput(module, { path: 'start.json' }, jsonFile<number>());
    const { node } = flow.add(countStage, { from }, { to: 1 });
    expect(() => node.key()).toThrow('the contents of start.json have no hash');
  });
});

describe('a flow', () => {
  it('knows what each stage reads from, and puts it before the stage', () => {
    const flow = example();
    expect(flow.node('middle').upstream.map(({ label }) => label)).toEqual(['first']);
    expect(nodesBehind([flow.node('last')]).map(({ label }) => label)).toEqual(['first', 'middle', 'last']);
  });

  it('leaves slots empty that may be', () => {
    const flow = example();
    expect(Object.keys(flow.node('first').inputs)).toEqual(['from']);
    expect(Object.keys(flow.node('middle').inputs)).toEqual(['from', 'by']);
  });

  it('has no two stages of one name, and names the near match of one that there is not', () => {
    const flow = example();
    expect(() => flow.add(countStage, { from: given('a') }, { to: 1 }, 'first')).toThrow(
      'the flow has two stages first',
    );
    expect(() => flow.node('midle')).toThrow(/unknown stage 'midle'; did you mean 'middle'\?/);
  });

  it('finds files of stages by label and name', () => {
    const path = stageFiles(example(), ({ label }) => `runs/${label}-1`);
    expect(path('first/result.json')).toBe('runs/first-1/result.json');
    expect(path('last')).toBe('runs/last-1');
  });
});
