/** A terminal for tests: what a person sees after a program has written. */
import { Terminal } from '@xterm/headless';
import type { ScreenStream } from '../../lib/train/screen';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Sizes that terminals have: a large one and the smallest usual one. */
export const sizes: readonly TerminalSize[] = [
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
];

/**
 * The lines that are there after `written`, those that have left the screen too; what was wrapped is one line again.
 *
 * @param written with `\n` or `\r\n` at the ends of lines.
 */
export async function seen(written: string | Uint8Array, { columns, rows }: TerminalSize): Promise<string[]> {
  const terminal = new Terminal({
    cols: columns,
    rows,
    scrollback: 10_000,
    convertEol: true,
    allowProposedApi: true,
  });
  await new Promise<void>((resolve) => terminal.write(written, resolve));
  const { active } = terminal.buffer;
  const lines: string[] = [];
  for (let i = 0; i < active.length; i++) {
    const line = active.getLine(i);
    const text = line?.translateToString(true) ?? '';
    if (line?.isWrapped === true) lines.push((lines.pop() ?? '') + text);
    else lines.push(text);
  }
  terminal.dispose();
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A stream that says it is a terminal and keeps what is written to it. */
export function fakeTerminal(size: TerminalSize): ScreenStream & { written(): string } {
  let text = '';
  return {
    isTTY: true,
    ...size,
    write: (more: string) => {
      text += more;
      return true;
    },
    written: () => text,
  };
}
