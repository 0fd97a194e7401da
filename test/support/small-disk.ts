/** Small disks for tests of full ones. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this machine lets tests mount a small disk: root, where mounting is allowed. */
export function mountable(): boolean {
  if (!existsSync('/dev/full') || process.getuid?.() !== 0) return false;
  const probe = mkdtempSync(join(tmpdir(), 'rlhf-kit-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true });
  }
}
