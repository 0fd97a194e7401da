/** The command line in this process: what a person types, and what they then see. */
import { main } from '../../lib/cli/main';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout: what commands answer. */
  readonly result: Readonly<Record<string, unknown>>;
}

/** Runs a command line; a command that needs another process, such as a native engine's, is not for here. */
export async function runMain(args: readonly string[]): Promise<Said> {
  const [{ exitCode }, out, err] = [process, process.stdout.write, process.stderr.write];
  const before = process.listeners('SIGINT');
  let [stdout, stderr] = ['', ''];
  process.stdout.write = ((text: string) => ((stdout += text), true)) as typeof out;
  process.stderr.write = ((text: string) => ((stderr += text), true)) as typeof err;
  try {
    await main(args);
    const code = Number(process.exitCode);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    return { code, stdout, stderr, result: last.startsWith('{') ? (JSON.parse(last) as Said['result']) : {} };
  } finally {
    [process.stdout.write, process.stderr.write] = [out, err];
    process.exitCode = exitCode;
    for (const listener of process.listeners('SIGINT'))
      if (!before.includes(listener)) process.off('SIGINT', listener);
  }
}
