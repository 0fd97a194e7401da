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
    onSmallDisk(probe, '64k', () => {});
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true });
  }
}

/** Does something while a folder is a disk of this size, e.g. `64k`. */
export function onSmallDisk(folder: string, size: string, action: () => void): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  try {
    action();
  } finally {
    execFileSync('umount', [folder]);
  }
}
