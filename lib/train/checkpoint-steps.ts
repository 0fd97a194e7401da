/** Which checkpoints a run has, by the names of their folders. */
import { existsSync, readdirSync } from 'node:fs';

/** Steps of the checkpoints in a run's folder. */
export function checkpointSteps(runDirectory: string): number[] {
  if (!existsSync(runDirectory)) return [];
  return readdirSync(runDirectory).flatMap((name) => {
    const step = /^checkpoint-(\d+)$/.exec(name)?.[1];
    return step === undefined ? [] : [Number(step)];
  });
}

/** Step of the newest checkpoint; 0 when there is none. */
export function newestCheckpoint(runDirectory: string): number {
  return Math.max(0, ...checkpointSteps(runDirectory));
}
