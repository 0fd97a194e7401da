/** Where a notebook's outputs go: into the cell that runs, through tslab. In any other process, to stdout as text. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** One output in several formats, by MIME type; a frontend shows the richest one it knows. */
export interface MimeBundle {
  readonly 'text/plain': string;
  readonly 'text/html'?: string;
  readonly 'application/vnd.plotly.v1+json'?: object;
}

/** Notes about an output that frontends keep but do not show. */
export type OutputMetadata = Readonly<Record<string, unknown>>;

interface DisplayMessage {
  readonly data: MimeBundle;
  readonly metadata: OutputMetadata;
  readonly transient: { readonly display_id?: string };
}

/** tslab sets it anew for every cell; its own `display` gives one format an output. */
type Write = (message: DisplayMessage, update: boolean) => void;

const tslabModule = join('tslab', 'dist', 'jupyter.js');
let tslab: { readonly lastWriteDisplayData?: Write | null } | undefined;

function cellWriter(): Write | undefined {
  if (tslab === undefined) {
    const path = Object.keys(require.cache).find((name) => name.endsWith(tslabModule));
    tslab = path === undefined ? undefined : (require.cache[path]?.exports as typeof tslab);
  }
  return tslab?.lastWriteDisplayData ?? undefined;
}

/** Whether this process runs the cells of a notebook. */
export function inNotebook(): boolean {
  return cellWriter() !== undefined;
}

/** Shows something below the cell that runs. Outside of a notebook: its text, on stdout. */
export function display(data: MimeBundle, metadata: OutputMetadata = {}): void {
  const write = cellWriter();
  if (write === undefined) process.stdout.write(`${data['text/plain']}\n`);
  else write({ data, metadata, transient: {} }, false);
}

/**
 * An output that is replaced by what it is given next.
 *
 * @returns undefined outside of a notebook.
 */
export function liveDisplay(metadata: OutputMetadata): ((data: MimeBundle) => void) | undefined {
  if (!inNotebook()) return undefined;
  const id = randomBytes(8).toString('hex');
  let shown = false;
  return (data) => {
    // Read again each time: a cell that was started later takes over.
    cellWriter()?.({ data, metadata, transient: { display_id: id } }, shown);
    shown = true;
  };
}
