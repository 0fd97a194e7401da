/** How far pip is, from the lines that it prints: one for every package that it gets, then one when it unpacks them all. */
import { startProgress } from '../../train/progress';

export interface PipProgress {
  onLine(line: string): void;
  /** When pip has ended, well or not. */
  stop(): void;
}

/** @param packages that pip will install. */
export function followPip(packages: number, say: (line: string) => void): PipProgress {
  const progress = startProgress('packages', packages, 'package');
  let collected = 0;
  let running = true;
  const stop = (): void => {
    if (running) progress.stop();
    running = false;
  };
  return {
    stop,
    onLine(line) {
      // `Processing` is said of a file that is on this machine.
      if (/^(?:Collecting|Processing) /.test(line)) progress.update(Math.min(packages, ++collected));
      if (!line.startsWith('Installing collected packages')) return;
      progress.update(packages);
      stop();
      say('unpacking them');
    },
  };
}
