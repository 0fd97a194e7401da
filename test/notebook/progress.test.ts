import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announceCompiling } from '../../lib/backend/compiling';
import { isProgress, progress } from '../../lib/notebook/progress';
import { collectOutputs } from '../../lib/notebook/runner/outputs';
import { startProgress } from '../../lib/train/progress';
import { inCell } from './cell';

const before = process.env['RLHF_KIT_PROGRESS'];
beforeEach(() => delete process.env['RLHF_KIT_PROGRESS']);
afterEach(() => {
  if (before !== undefined) process.env['RLHF_KIT_PROGRESS'] = before;
});

describe('progress', () => {
  it('is one output that is updated in place and ends without times', async () => {
    const shown = await inCell(() => {
      const bar = progress('sft', 4);
      bar.update(2, { loss: 0.5 });
      bar.update(4, { loss: 0.25 });
      bar.stop();
    });
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
    expect(shown.map(({ update }) => update)).toEqual([false, ...shown.slice(1).map(() => true)]);
    expect(shown[1]?.data['text/plain']).toBe(`sft ${'█'.repeat(12)}${'░'.repeat(12)} 2/4 steps loss 0.500`);
    expect(shown.at(-1)?.data['text/plain']).toBe(`sft ${'█'.repeat(24)} 4/4 steps loss 0.250`);
    expect(shown.at(-1)?.data['text/html']).toContain('<progress value="4" max="4"');
  });

  it('says that the engine compiles, until the next step is done', async () => {
    const shown = await inCell(() => {
      const bar = progress('sft', 400);
      announceCompiling();
      announceCompiling();
      bar.update(1);
      bar.stop();
    });
    expect(shown.map(({ data }) => String(data['text/plain']).replace(/[█░]+/, '…'))).toEqual([
      'sft … 0/400 steps',
      'sft … 0/400 steps compiling (first time; kept for later)',
      'sft … 1/400 steps',
      'sft … 1/400 steps',
    ]);
  });

  it('is where training reports too', async () => {
    const shown = await inCell(() => startProgress('evaluate <b>', 10, 'response').stop());
    expect(shown.at(-1)?.data['text/plain']).toContain('0/10 responses');
    expect(shown.at(-1)?.data['text/html']).toContain('evaluate &lt;b&gt;');
  });

  it('draws at most ten pictures a second', async () => {
    const shown = await inCell(() => {
      const bar = progress('sft', 1000);
      for (let i = 0; i < 1000; i++) bar.update(i);
      bar.stop();
    });
    expect(shown.length).toBeLessThan(20);
  });

  it('is silent when asked to be, and where there is nothing to do', async () => {
    expect(await inCell(() => progress('empty', 0).stop())).toEqual([]);
    process.env['RLHF_KIT_PROGRESS'] = 'off';
    expect(await inCell(() => progress('sft', 3).stop())).toEqual([]);
    delete process.env['RLHF_KIT_PROGRESS'];
  });

  it('is not kept in notebooks', async () => {
    const { outputs, sink } = collectOutputs(new Map());
    for (const { data, metadata } of await inCell(() => progress('sft', 3).stop())) {
      expect(isProgress(metadata)).toBe(true);
      sink.display({ data, metadata }, false);
    }
    sink.display({ data: { 'text/plain': 'kept' } }, false);
    expect(outputs).toHaveLength(1);
  });

  it('goes to stderr outside of a notebook', () => {
    const write = process.stderr.write;
    let text = '';
    process.stderr.write = ((chunk: string) => {
      text += chunk;
      return true;
    }) as typeof write;
    try {
      const bar = progress('sft', 2);
      bar.update(2);
      bar.stop();
    } finally {
      process.stderr.write = write;
    }
    expect(text).toContain('sft 2/2');
  });
});
