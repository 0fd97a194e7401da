/** Collects the outputs of a notebook's cells in nbformat's shape. */
import type { CellFailure } from '../kernel/failure';
import type { DisplayData, Sink } from '../kernel/session';
import { isProgress } from '../progress';
import type { Output } from './notebook-file';

type DisplayOutput = Extract<Output, { output_type: 'display_data' }>;

/** Displays by id, over all cells: an update changes the output of the cell that made it. */
export type Displays = Map<string, DisplayOutput>;

/** The outputs of one cell while they come. */
export function collectOutputs(displays: Displays): { readonly outputs: Output[]; readonly sink: Sink } {
  const outputs: Output[] = [];
  const sink: Sink = {
    stream(name, text) {
      const last = outputs.at(-1);
      if (last?.output_type === 'stream' && last.name === name) last.text = `${last.text as string}${text}`;
      else outputs.push({ output_type: 'stream', name, text });
    },
    display({ data, metadata = {}, transient }: DisplayData, update) {
      // Whoever waits sees it; how much of it comes depends on what lay in the cache.
      if (isProgress(metadata)) return;
      const id = transient?.display_id;
      const known = id === undefined ? undefined : displays.get(id);
      // What was displayed may be changed afterwards; the output is what it was then.
      const copy = JSON.parse(JSON.stringify({ data, metadata })) as Pick<DisplayOutput, 'data' | 'metadata'>;
      if (update && known !== undefined) {
        Object.assign(known, copy);
        return;
      }
      const output = { output_type: 'display_data' as const, ...copy };
      if (id !== undefined) displays.set(id, output);
      outputs.push(output);
    },
  };
  return { outputs, sink };
}

export function errorOutput({ ename, evalue, traceback }: CellFailure): Output {
  return { output_type: 'error', ename, evalue, traceback: [...traceback] };
}

/** Of what a stream wrote over with a carriage return, e.g. a progress bar, the last state stays. */
export function finishOutputs(outputs: readonly Output[]): Output[] {
  return outputs.map((output) =>
    output.output_type === 'stream'
      ? {
          ...output,
          text: (output.text as string)
            .split(/(?<=\n)/)
            .map(lastState)
            .join(''),
        }
      : output,
  );
}

/** Of a line, what was written last. Not by one pattern over the whole text: that takes the square of a line's length. */
function lastState(line: string): string {
  const written = line.endsWith('\r\n') ? line.slice(0, -2) : line;
  return line.slice(written.lastIndexOf('\r') + 1);
}
