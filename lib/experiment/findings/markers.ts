/** Parts of a text that are made by a command, between two comments that say so. */
import { InputError } from '../../errors';

/** A part of a text that is generated. */
export interface Marked {
  /** E.g. `experiments`. */
  readonly name: string;
  /** The command that makes it. */
  readonly madeBy: string;
}

const begins = (name: string): RegExp => new RegExp(`^<!-- ${escaped(name)}: begin\\b.*-->$`, 'gm');
const ends = (name: string): RegExp => new RegExp(`^<!-- ${escaped(name)}: end -->$`, 'gm');

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A generated part with its comments, to be put into a text once by hand. */
export function markedPart({ name, madeBy }: Marked, content: string): string {
  return `<!-- ${name}: begin (made by ${madeBy}) -->\n\n${content.trim()}\n\n<!-- ${name}: end -->`;
}

/**
 * The text with another content between the markers; everything else stays as it is.
 *
 * @throws {InputError} when the text has not one pair of them, in order.
 */
export function rewriteMarked(text: string, marked: Marked, content: string): string {
  const { start, end } = findMarked(text, marked.name);
  return text.slice(0, start) + markedPart(marked, content) + text.slice(end);
}

function findMarked(text: string, name: string): { readonly start: number; readonly end: number } {
  const [begin, ...moreBegins] = [...text.matchAll(begins(name))];
  const [end, ...moreEnds] = [...text.matchAll(ends(name))];
  const one = begin !== undefined && end !== undefined && moreBegins.length + moreEnds.length === 0;
  if (!one || end.index < begin.index) {
    throw new InputError(
      `there must be one line '<!-- ${name}: begin … -->' and below it one line '<!-- ${name}: end -->'`,
    );
  }
  return { start: begin.index, end: end.index + end[0].length };
}
