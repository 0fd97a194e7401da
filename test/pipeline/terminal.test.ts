import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelineFlow } from '../../lib/pipeline/flow';
import { pipelinePresets } from '../../lib/pipeline/presets';
import { seen } from '../support/terminal';

const program = join(__dirname, '..', '..', 'bin', 'rlhf-kit.js');

/** Python's pseudo-terminal: runs a program on a terminal of a size and passes on what it writes there. */
const onTerminal = `
import fcntl, os, pty, struct, sys, termios
columns, rows, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack('HHHH', int(rows), int(columns), 0, 0))
    os.execvp(command[0], command)
while True:
    try:
        written = os.read(terminal, 65536)
    except OSError:
        break
    if not written:
        break
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** The smallest that is usual. */
const size = { columns: 80, rows: 24 };

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-terminal-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function run(flags: readonly string[]) {
  const command = [process.execPath, program, ...flags];
  const child = spawn('python3', ['-c', onTerminal, `${size.columns}`, `${size.rows}`, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RLHF_KIT_PROGRESS: '', TERM: 'xterm-256color' },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise<{ code: number; written: Buffer }>((resolve) =>
    child.on('close', (code) => resolve({ code: code ?? -1, written: Buffer.concat(chunks) })),
  );
}

describe('the pipeline on a terminal', () => {
  it('leaves one whole line of each stage and nothing of its bars', async () => {
    const flags = ['pipeline', '--preset', 'smoke', '--engine', 'wasm', '--out', join(folder, 'run')];
    const { code, written } = await run(flags);
    const lines = await seen(written, size);
    expect(code, lines.join('\n')).toBe(0);
    // There were bars of both processes at a time.
    expect(written.toString()).toMatch(/ [█░]+ \d+\/\d+[^\n]*\r?\n\S+ +[█░]+ \d+\/\d+/);

    const stages = pipelineFlow(pipelinePresets.smoke(1)).nodes.map(({ label }) => label);
    const lineOf = /^(\d+)\/16 (\S+) (\d+ (?:s|min)(?: \d+ s)?)$/;
    const told = lines.slice(0, stages.length).map((line) => lineOf.exec(line) ?? [line]);
    expect(told.map(([, number]) => number)).toEqual(stages.map((_, i) => `${i + 1}`));
    expect(told.map(([, , label]) => label).sort()).toEqual([...stages].sort());
    expect(lines.slice(stages.length).map((line) => line.split(/[: ]/)[0]).slice(0, 5)).toEqual(['wins', 'forgetting', 'time', 'report', 'next']); // prettier-ignore
    expect(lines).toHaveLength(stages.length + 6);
    expect(lines.join('\n')).not.toMatch(/[█░…]/);
  }, 300_000);
});
