/** Which processor this is: compiled programs, and the rounding of their sums, are its own. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The instructions that the processor has, as the system lists them. */
export function processorFeatures(): string {
  const path = '/proc/cpuinfo';
  if (!existsSync(path)) return process.arch;
  return /^(?:flags|Features)\s*:.*$/m.exec(readFileSync(path, 'utf8'))?.[0] ?? process.arch;
}

/** Name of the processor with a hash of its instructions: processors of one name may differ in them. */
export function processorName(): string {
  const features = createHash('sha256').update(processorFeatures()).digest('hex').slice(0, 8);
  return `${cpus()[0]?.model.trim() ?? process.arch} (instructions ${features})`;
}
