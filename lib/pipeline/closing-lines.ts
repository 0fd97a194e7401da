/** What a person reads when the pipeline has ended. */
import type { PipelinePolicy, PipelineSummary } from '../evaluation/summary';
import { intervalText, points } from '../number-text';
import { shownName } from '../shown-names';

/**
 * Five lines: what each policy won against SFT, the largest fall of a capability with and without the SFT loss, the time, where the report
 * is, what to do next.
 *
 * @param report path of the report.
 * @param next a command to go on with.
 */
export function closingLines(summary: PipelineSummary, report: string, next: string): string[] {
  const { policies, wallSeconds } = summary;
  const wins = (['dpo', 'ppo'] as const).map((policy) => {
    const { winMinusLoss, winMinusLossCi } = policies[policy];
    return `${shownName(policy)} ${points(winMinusLoss)} ${intervalText(winMinusLossCi, points)}`;
  });
  const minutes = Math.round(wallSeconds / 60);
  return [
    `wins − losses against SFT, in points, with 95% intervals: ${wins.join(', ')}`,
    `forgetting: ${fallText(summary, 'ppo')} with the SFT loss, ${fallText(summary, 'ppoNoSftLoss')} without it`,
    `time: ${minutes === 0 ? `${Math.round(wallSeconds)} s` : `${minutes} min`}`,
    `report: ${report}`,
    `next: ${next}`,
  ];
}

/** The capability whose probes fell most against SFT. */
function fallText({ policies }: PipelineSummary, policy: PipelinePolicy): string {
  const changes = Object.entries(policies[policy].probes).map(
    ([task, passed]) => [task, passed - (policies.sft.probes[task] ?? Number.NaN)] as const,
  );
  const [first, ...others] = changes;
  if (first === undefined) return 'no probes';
  const [task, change] = others.reduce((worst, one) => (one[1] < worst[1] ? one : worst), first);
  return change < 0 ? `${shownName(task)} ${points(change)} points` : 'no capability fell';
}
