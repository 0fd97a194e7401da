/** A notebook's cell without a notebook: collects what is displayed, as the kernel would. */
import { createRequire } from 'node:module';

export interface Displayed {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly id: string | undefined;
  readonly update: boolean;
}

interface Message {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly transient: { readonly display_id?: string };
}

const jupyter = createRequire(__filename)('tslab/dist/jupyter') as {
  lastWriteDisplayData: ((message: Message, update: boolean) => void) | null;
};

/** Runs as if in a cell and returns everything that was displayed. */
export async function inCell(run: () => unknown): Promise<Displayed[]> {
  const displayed: Displayed[] = [];
  jupyter.lastWriteDisplayData = ({ data, metadata, transient }, update) =>
    displayed.push({ data: structuredClone(data), metadata, id: transient.display_id, update });
  try {
    await run();
  } finally {
    jupyter.lastWriteDisplayData = null;
  }
  return displayed;
}

/** Runs outside of a notebook and returns what was written to stdout. */
export async function onStdout(run: () => unknown): Promise<string> {
  const write = process.stdout.write;
  let text = '';
  process.stdout.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
  return text;
}
