/** What went wrong in a cell, in Jupyter's words: a name, a sentence, and lines to show. */
import { sep } from 'node:path';
import { inspect } from 'node:util';
import type { Diagnostic } from 'tslab/dist/converter';
import { InputError, InterruptedError } from '../../errors';
import { packageRoot } from '../../train/versions';

export interface CellFailure {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** A cell that the compiler refuses: each complaint with the line that it is about. */
export function describeDiagnostics(source: string, diagnostics: readonly Diagnostic[]): CellFailure {
  const lines = source.split('\n');
  const traceback = diagnostics.flatMap(({ fileName, start, end, messageText }) => {
    const place = `${fileName === undefined ? '' : `${fileName}:`}${start.line + 1}:${start.character + 1}`;
    const line = fileName === undefined ? lines[start.line] : undefined;
    const said = `${place} - ${messageText}`.split('\n');
    if (line === undefined) return said;
    const width = end.line === start.line ? Math.max(1, end.character - start.character) : 1;
    return [...said, `  ${line}`, `  ${' '.repeat(start.character)}${'^'.repeat(width)}`];
  });
  return { ename: 'TypeScript', evalue: traceback[0] ?? 'the cell cannot be compiled', traceback };
}

/** A value that was thrown. Bad input is a sentence; of other errors the frames stay that say something about the reader's code. */
export function describeThrown(thrown: unknown): CellFailure {
  if (!(thrown instanceof Error)) {
    const evalue = typeof thrown === 'string' ? thrown : inspect(thrown);
    return { ename: 'Thrown', evalue, traceback: [evalue] };
  }
  const { name: ename, message: evalue } = thrown;
  const headline = `${ename}: ${evalue}`;
  if (thrown instanceof InputError || thrown instanceof InterruptedError)
    return { ename, evalue, traceback: headline.split('\n') };
  // Frames of the cell itself count the lines of what it was compiled to.
  const frames = (thrown.stack ?? '')
    .split('\n')
    .filter(
      (line) =>
        /^\s+at /.test(line) && !/tslab[\\/]dist|evalmachine|node:|notebook[\\/](kernel|runner)/.test(line),
    )
    .map((line) => line.replace(`${packageRoot()}${sep}`, ''));
  return { ename, evalue, traceback: [...headline.split('\n'), ...frames] };
}
