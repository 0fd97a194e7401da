import { describe, expect, it } from 'vitest';
import { collectOutputs, finishOutputs } from '../../../lib/notebook/runner/outputs';

describe('collectOutputs', () => {
  it('joins what goes to one stream, and keeps the order of different ones', () => {
    const { outputs, sink } = collectOutputs(new Map());
    sink.stream('stdout', 'a');
    sink.stream('stdout', 'b\n');
    sink.stream('stderr', 'c');
    sink.stream('stdout', 'd');
    expect(outputs.map((output) => output.output_type === 'stream' && [output.name, output.text])).toEqual([
      ['stdout', 'ab\n'],
      ['stderr', 'c'],
      ['stdout', 'd'],
    ]);
  });

  it('changes what was displayed under an id, in the cell that displayed it', () => {
    const displays = new Map();
    const first = collectOutputs(displays);
    first.sink.display({ data: { 'text/plain': '1/2' }, transient: { display_id: 'x' } }, false);
    const second = collectOutputs(displays);
    second.sink.display({ data: { 'text/plain': '2/2' }, transient: { display_id: 'x' } }, true);
    expect(second.outputs).toEqual([]);
    expect(first.outputs).toEqual([
      { output_type: 'display_data', data: { 'text/plain': '2/2' }, metadata: {} },
    ]);
  });

  it('keeps what was displayed as it was then', () => {
    const { outputs, sink } = collectOutputs(new Map());
    const x = [1];
    sink.display({ data: { 'application/json': { x } } }, false);
    x.push(2);
    expect(outputs[0]).toMatchObject({ data: { 'application/json': { x: [1] } } });
  });

  it('keeps of a line that was written over the last state', () => {
    const { outputs, sink } = collectOutputs(new Map());
    sink.stream('stderr', 'start\n10%\r50%\r100%\nend\r\n');
    expect(finishOutputs(outputs)[0]).toMatchObject({ text: 'start\n100%\nend\r\n' });
  });

  // With the square of its length in steps it would take hours.
  it('takes a line of three million characters', () => {
    const text = 'x'.repeat(3_000_000);
    expect(finishOutputs([{ output_type: 'stream', name: 'stdout', text: `\r${text}` }])).toEqual([
      { output_type: 'stream', name: 'stdout', text },
    ]);
  });
});
