/** No process is left behind: one that belongs to another ends when that one is gone, whatever it is at. */
import { Worker } from 'node:worker_threads';

/** In a thread of its own, since a cell may keep the first one busy for good. */
const watch = `
const { workerData: { parent, pid } } = require('node:worker_threads');
setInterval(() => {
  if (process.ppid === parent) return;
  // With whatever it started, where it leads its group.
  try { process.kill(-pid, 'SIGKILL'); } catch { process.kill(pid, 'SIGKILL'); }
}, 500);
`;

export function endWithParent(): void {
  const worker = new Worker(watch, { eval: true, workerData: { parent: process.ppid, pid: process.pid } });
  worker.unref();
}
