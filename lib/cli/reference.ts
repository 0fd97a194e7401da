/** The reference of all commands in docs/commands.md, made from their `--help`. */
import { markdownColumns, paragraph } from '../experiment/findings/paragraph';
import type { Marked } from '../experiment/findings/markers';
import { commandHelp, type Command } from './command';

/** Where the reference is in docs/commands.md. */
export const referenceMarkers: Marked = { name: 'commands', madeBy: '`npm run docs`' };

/** One section per command: its help, in lines of the width of the page. */
export function commandReference(commands: readonly Command[]): string {
  return commands
    .map((command) => {
      const lines = commandHelp(command).trimEnd().split('\n').map(wrapLine);
      return [`### ${command.name}`, '', '```text', ...lines, '```'].join('\n');
    })
    .join('\n\n');
}

/** A line that is too long as several lines with its indentation. */
function wrapLine(line: string): string {
  if (line.length <= markdownColumns) return line;
  const indent = line.length - line.trimStart().length;
  return paragraph(line, 0, markdownColumns - indent).replace(/^/gm, ' '.repeat(indent));
}
