/** How long a run took, from the manifests of its stages. */
import type { StageManifest } from '../flow/run-stage';

/** Seconds in which at least one of the stages ran. */
export function wallSeconds(manifests: readonly StageManifest[]): number {
  const spans = manifests
    .map(({ finishedAt, seconds }) => {
      const end = Date.parse(finishedAt) / 1000;
      return { start: end - seconds, end };
    })
    .sort((a, b) => a.start - b.start);
  let covered = 0;
  let until = -Infinity;
  for (const { start, end } of spans) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return covered;
}
