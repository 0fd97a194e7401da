/** A log of what was compiled and how long it took, for whoever studies compile times: JSON lines in the file that `RLHF_KIT_XLA_LOG` names. */
import { appendFileSync } from 'node:fs';

export interface LoggedProgram {
  /** The step's function, or the operation. */
  readonly name: string;
  /** Characters of its StableHLO. */
  readonly characters: number;
  readonly seconds: number;
  /** Whether it came from the disk. */
  readonly loaded: boolean;
  /** Bytes on the device while it runs, where the plugin tells. */
  readonly temporary?: number | undefined;
}

export function logProgram(program: LoggedProgram): void {
  const file = process.env['RLHF_KIT_XLA_LOG'];
  if (!file) return;
  const ended = Math.round(1000 * performance.now()) / 1e6;
  const options = process.env['RLHF_KIT_XLA_OPTIONS'];
  appendFileSync(
    file,
    `${JSON.stringify({ pid: process.pid, ended, ...(options && { options }), ...program })}\n`,
  );
}
