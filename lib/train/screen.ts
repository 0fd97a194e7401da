/**
 * What a person sees on stderr: lines that stay and, on a terminal, below them rows that change. One process owns the terminal; what
 * others have to say reaches it by messages.
 */
import type * as LogUpdate from 'log-update';

/** What a row shows. */
export interface RowContent {
  readonly title: string;
  /** Done, between 0 and 1; no bar is drawn when absent. */
  readonly share?: number | undefined;
  readonly text: string;
  /** Shown before the process goes on: it may be busy for long. */
  readonly atOnce?: boolean;
}

/** On a terminal it changes in place; elsewhere it is a line every ten seconds. */
export interface Row {
  show(content: RowContent): void;
  remove(): void;
}

export interface Screen {
  /** Whether rows change in place. */
  readonly isTerminal: boolean;
  /** Writes a line that stays. */
  print(line: string): void;
  row(): Row;
}

/** What a screen needs of a stream. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): boolean;
}

/** Seconds between two lines of a row in a log. */
const lineInterval = 10;
/** Seconds between two pictures on a terminal. */
const frameInterval = 0.1;
/** Columns of titles, and of bars on wide and on narrow terminals. */
const titleWidth = 20;
const barWidths = { wide: 20, narrow: 8 };
/** A terminal with fewer columns is narrow. */
const wide = 100;

const seconds = (): number => performance.now() / 1000;

let own: Screen | undefined;

/** The screen of this process, on stderr. */
export function screen(): Screen {
  return (own ??= openScreen(process.stderr));
}

/** @param now seconds since some moment. */
export function openScreen(stream: ScreenStream, now = seconds): Screen {
  return stream.isTTY === true
    ? terminalScreen(stream, now)
    : lineScreen((line) => void stream.write(`${line}\n`), now);
}

/** Lines only, e.g. in a log. */
export function lineScreen(print: (line: string) => void, now = seconds): Screen {
  return {
    isTerminal: false,
    print,
    row() {
      let last = now();
      let said = false;
      return {
        show({ title, text, atOnce = false }) {
          if (now() - last < lineInterval && (said || !atOnce)) return;
          last = now();
          said ||= atOnce;
          print(`${title} ${text}`);
        },
        remove: () => {},
      };
    },
  };
}

/** While there are rows, all that this process writes to the stream is written above them, in whole lines. */
function terminalScreen(stream: ScreenStream, now: () => number): Screen {
  /** In the order in which they were asked for; one that has shown nothing yet has no line. */
  const rows = new Map<Row, RowContent | undefined>();
  const contents = (): RowContent[] => [...rows.values()].filter((content) => content !== undefined);
  let picture: Picture | undefined;
  return {
    isTerminal: true,
    print: (line) => void stream.write(`${line}\n`),
    row() {
      const row: Row = {
        show(content) {
          rows.set(row, content);
          picture ??= openPicture(stream, contents, now);
          picture.draw(content.atOnce);
        },
        remove() {
          rows.delete(row);
          if (contents().length > 0) return picture?.draw();
          picture?.close();
          picture = undefined;
        },
      };
      rows.set(row, undefined);
      return row;
    },
  };
}

interface Picture {
  /** @param atOnce however short ago the last one was drawn. */
  draw(atOnce?: boolean): void;
  close(): void;
}

function openPicture(
  stream: ScreenStream,
  contents: () => readonly RowContent[],
  now: () => number,
): Picture {
  const write = stream.write;
  const raw = (text: string): boolean => write.call(stream, text);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a tenth of a second to load, and processes without a terminal do not need it
  const { createLogUpdate } = require('log-update') as typeof LogUpdate;
  const frame = createLogUpdate({
    isTTY: true,
    write: raw,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  } as unknown as NodeJS.WritableStream);
  let drawn = -Infinity;
  let later: NodeJS.Timeout | undefined;
  let unfinished = '';
  const draw = (): void => {
    clearTimeout(later);
    later = undefined;
    drawn = now();
    // Always anew: a picture that has lost a line cannot be patched.
    frame.clear();
    frame(contents().map((content) => rowText(content, stream.columns)).join('\n')); // prettier-ignore
  };
  stream.write = (text: string | Uint8Array, ...rest: unknown[]) => {
    const all = unfinished + (typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
    const end = all.lastIndexOf('\n') + 1;
    unfinished = all.slice(end);
    if (end > 0) {
      frame.clear();
      raw(all.slice(0, end));
      draw();
    }
    const written = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    if (written !== undefined) process.nextTick(written);
    return true;
  };
  return {
    draw(atOnce = false) {
      const wait = frameInterval - (now() - drawn);
      if (atOnce || wait <= 0) draw();
      else later ??= setTimeout(draw, 1000 * wait).unref();
    },
    close() {
      clearTimeout(later);
      frame.clear();
      frame.done();
      stream.write = write;
      if (unfinished !== '') raw(unfinished);
    },
  };
}

/** A row must not wrap; the last column stays free, since some terminals wrap there already. */
function rowText({ title, share, text }: RowContent, columns = 80): string {
  const width = columns < wide ? barWidths.narrow : barWidths.wide;
  const bar = share === undefined ? '' : `${barText(share, width)} `;
  const line = `${title.padEnd(titleWidth)} ${bar}${text}`.trimEnd();
  return line.length < columns ? line : `${line.slice(0, columns - 2)}…`;
}

/** `█████░░░░░` */
export function barText(share: number, width: number): string {
  const full = Math.round(width * Math.min(1, Math.max(0, share)));
  return '█'.repeat(full) + '░'.repeat(width - full);
}
