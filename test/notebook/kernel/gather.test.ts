import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gatherStreams } from '../../../lib/notebook/kernel/gather';

describe('gatherStreams', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const gather = () => {
    const sent: [string, string][] = [];
    return { sent, ...gatherStreams((name, text) => sent.push([name, text])) };
  };

  it('sends many writes as one message, in the order of the streams', () => {
    const { sent, stream, flush } = gather();
    for (let i = 0; i < 3000; i++) stream('stdout', 'a\n');
    stream('stderr', 'b');
    stream('stdout', 'c');
    flush();
    expect(sent).toEqual([
      ['stdout', 'a\n'.repeat(3000)],
      ['stderr', 'b'],
      ['stdout', 'c'],
    ]);
    flush();
    expect(sent).toHaveLength(3);
  });

  it('keeps nothing for long, whether the cell waits or not, and no long text at all', () => {
    const { sent, stream } = gather();
    stream('stdout', 'a');
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(sent).toEqual([['stdout', 'a']]);

    stream('stdout', 'b');
    // No timer comes while a cell computes.
    vi.setSystemTime(Date.now() + 60);
    vi.spyOn(performance, 'now').mockReturnValueOnce(performance.now() + 60);
    stream('stdout', 'c');
    expect(sent[1]).toEqual(['stdout', 'bc']);

    stream('stdout', 'x'.repeat(300_000));
    expect(sent[2]?.[1]).toHaveLength(300_000);
  });
});
