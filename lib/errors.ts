/** Errors whose message is meant for the person at the keyboard: what, where, expected, got. */
import { distance } from 'fastest-levenshtein';

/**
 * The input, the configuration or the machine is at fault, not the program. The command line prints the message alone
 * (no stack) and exits with code 2.
 */
export class InputError extends Error {
  override name = 'InputError';
}

/** A tensor or an array has another shape than the function's contract says. */
export class ShapeError extends InputError {
  override name = 'ShapeError';
}

/** The person stopped the program (Ctrl-C). The command line exits with code 130. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}

/** What a command was to check does not hold. The command line prints the result, then the message alone, and exits with code 1. */
export class FailedCheckError extends Error {
  override name = 'FailedCheckError';
  /** What the command would have returned. */
  readonly result: unknown;
  constructor(message: string, result: unknown) {
    super(message);
    this.result = result;
  }
}

/** The message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The near match of a misspelt word among the known ones, or undefined when none is near (at most a third of the letters, or two, differ). */
export function nearMatch(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.ceil(word.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** A value that cannot be taken: where, what, expected, got. */
export function mustBe(where: string, what: string, expected: string, got: unknown): InputError {
  return new InputError(`${where}: '${what}' must be ${expected}, got ${JSON.stringify(got)}`);
}

/** A name that is none of the known ones: where, what kind of name, got, the near match, and the known ones unless there are many. */
export function unknownName(
  where: string | undefined,
  kind: string,
  name: string,
  known: readonly string[],
): InputError {
  const place = where === undefined ? '' : `${where}: `;
  const list = known.length > 50 ? '' : ` (known: ${known.join(', ') || 'none'})`;
  return new InputError(`${place}unknown ${kind} '${name}'${didYouMean(name, known)}${list}`);
}

/** `; did you mean '<near match>'?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>, prefix = ''): string {
  const near = nearMatch(name, known);
  return near === undefined ? '' : `; did you mean '${prefix}${near}'?`;
}
