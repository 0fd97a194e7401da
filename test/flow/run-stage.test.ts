import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { readJson, writeJson } from '../../lib/files';
import { createFlow, type FlowNode } from '../../lib/flow/flow';
import { jsonFile } from '../../lib/flow/formats';
import { derivedInput, givenInput } from '../../lib/flow/input';
import { completeManifest, runStage } from '../../lib/flow/run-stage';
import { defineStage, innerSlot, output } from '../../lib/flow/stage';

const root = mkdtempSync(join(tmpdir(), 'run-stage-'));
afterAll(() => rmSync(root, { recursive: true }));
writeJson(join(root, 'start.json'), 20);

const addStage = defineStage({
  name: 'add',
  module: __filename,
  inputs: { start: innerSlot<number>('a number') },
  outputs: { sum: output('sum.json', jsonFile<number>()) },
  run({ start }, { more }: { readonly more: number }, run) {
    if (more < 0) throw new InputError(`add: more must be at least 0, got ${more}`);
    if (more === 0) throw new Error('the program is at fault');
    writeJson(run.file('sum.json'), start + more);
    return Promise.resolve({ more });
  },
});

function example(more: number, next = 1): readonly [FlowNode, FlowNode] {
  const flow = createFlow({ module: __filename, config: {} });
  const start = givenInput(__filename, { path: join(root, 'start.json') }, jsonFile<number>());
  const first = flow.add(addStage, { start }, { more }, 'first');
  const doubled = derivedInput(
    { sum: first.sum },
    { module: __filename, settings: { times: 2 }, make: ({ sum }) => 2 * sum },
  );
  const second = flow.add(addStage, { start: doubled }, { more: next }, 'second');
  return [first.node, second.node];
}
const place = (name: string, resume = false) => ({
  command: 'test',
  folder: join(root, name),
  folderOf: ({ label }: FlowNode) => join(root, label),
  engine: 'cpu',
  resume,
});

describe('runStage', () => {
  it('opens what a stage reads, and leaves configuration, hashes of inputs and results', async () => {
    const [first, second] = example(1);
    expect(completeManifest(join(root, 'first'))).toBeUndefined();
    expect(await runStage(first, place('first'))).toMatchObject({ command: 'test', complete: true, more: 1 });
    const manifest = await runStage(second, place('second'));
    expect(readJson(join(root, 'second', 'sum.json'))).toBe(43);
    expect(Object.keys(manifest['inputs'] as object)).toEqual([join(root, 'first', 'sum.json')]);
    expect(readJson(join(root, 'second', 'config.json'))).toEqual({ more: 1, start: { times: 2 } });
    expect(completeManifest(join(root, 'second'))).toEqual(manifest);
  });

  it('refuses to go on with another configuration', async () => {
    const [first] = example(0);
    await expect(runStage(first, place('begun'))).rejects.toThrow('the program is at fault');
    expect(completeManifest(join(root, 'begun'))).toBeUndefined();
    const [other] = example(2);
    await expect(runStage(other, place('begun', true))).rejects.toThrow(
      "test: cannot resume: config 'more' was 0, now 2",
    );
    await expect(runStage(other, place('begun'))).rejects.toThrow(/exists; nothing is overwritten/);
  });

  it('leaves no folder behind where it refused its input', async () => {
    const [first] = example(-1);
    await expect(runStage(first, place('refused'))).rejects.toThrow(InputError);
    expect(existsSync(join(root, 'refused'))).toBe(false);
  });
});
