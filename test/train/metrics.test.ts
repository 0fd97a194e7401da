import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { meanMetrics, openMetricsLog } from '../../lib/train/metrics';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-metrics-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('openMetricsLog', () => {
  it('appends one JSON object a line and drops rows after the step to resume from', async () => {
    const path = join(folder, 'metrics.jsonl');
    const log = await openMetricsLog(path, 0);
    for (const step of [1, 2, 3]) log.append({ step, loss: 1 / 3 });
    const resumed = await openMetricsLog(path, 2);
    resumed.append({ step: 3, loss: 0.25 });
    expect(readFileSync(path, 'utf8')).toBe(
      '{"step":1,"loss":0.333333333}\n{"step":2,"loss":0.333333333}\n{"step":3,"loss":0.25}\n',
    );
  });

  it('drops a last line that a kill cut short', async () => {
    const path = join(folder, 'metrics.jsonl');
    (await openMetricsLog(path, 0)).append({ step: 1, loss: 2 });
    appendFileSync(path, '{"step":2,"lo');
    await openMetricsLog(path, 1);
    expect(readFileSync(path, 'utf8')).toBe('{"step":1,"loss":2}\n');
  });
});

describe('meanMetrics', () => {
  it('averages each key over the rows that have it', () => {
    expect(meanMetrics([{ a: 1, b: 4 }, { a: 3 }])).toEqual({ a: 2, b: 4 });
  });

  it('takes the last of what says how far a run has got', () => {
    const rows = [{ num_tokens: 10, epoch: 0.5 }, { num_tokens: 30, epoch: 1 }, { loss: 1 }];
    expect(meanMetrics(rows)).toEqual({ num_tokens: 30, epoch: 1, loss: 1 });
  });
});
