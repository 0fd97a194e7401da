import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followPip } from '../../../lib/notebook/lab/pip-lines';
import { offerProgressTo, type ProgressState } from '../../../lib/train/progress';

describe('followPip', () => {
  let ended: ProgressState | undefined;
  let remove: () => void;
  beforeEach(() => {
    ended = undefined;
    vi.stubEnv('RLHF_KIT_PROGRESS', '');
    remove = offerProgressTo(() => ({ show: () => {}, end: (state) => (ended = state) }));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    remove();
  });

  it('ends its bar at its end, before pip unpacks, and says that it does', () => {
    const said: string[] = [];
    const { onLine, stop } = followPip(3, (line) => said.push(line));
    onLine('Collecting anyio==4.16.0 (from -r requirements.txt (line 6))');
    onLine('  Downloading anyio-4.16.0-py3-none-any.whl (100 kB)');
    onLine('Processing /wheels/arrow-1.4.0-py3-none-any.whl (from -r requirements.txt (line 9))');
    expect(ended).toBeUndefined();
    onLine('Installing collected packages: anyio, arrow');
    expect(ended).toMatchObject({ title: 'packages', done: 3, total: 3 });
    stop();
    expect(said).toEqual(['unpacking them']);
  });

  it('leaves the bar where it was when pip fails, and never beyond its end', () => {
    const { onLine, stop } = followPip(1, () => {});
    for (const name of ['a', 'b']) onLine(`Collecting ${name}`);
    stop();
    expect(ended).toMatchObject({ done: 1, total: 1 });
  });
});
