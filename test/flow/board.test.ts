import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBoard } from '../../lib/flow/board';
import type { FlowNode } from '../../lib/flow/flow';
import type { ProgressState } from '../../lib/train/progress';
import { openScreen, type ScreenStream } from '../../lib/train/screen';
import { plainFlow } from '../support/plain-flow';
import { fakeTerminal, seen, sizes } from '../support/terminal';

const before = process.env['RLHF_KIT_PROGRESS'];
beforeEach(() => delete process.env['RLHF_KIT_PROGRESS']);
afterEach(() => {
  if (before !== undefined) process.env['RLHF_KIT_PROGRESS'] = before;
});

const { flow, add } = plainFlow();
const world = add('world');
const sft = add('sft', world);
add('reinforce-samples', sft);
add('reward-plain', sft);
const node = (label: string): FlowNode => flow.node(label);
const seconds: Readonly<Record<string, number>> = {
  world: 2,
  sft: 100,
  'reinforce-samples': 60,
  'reward-plain': 98,
};

const long = `12 of 300 pairs left out:${' why'.repeat(40)}`;

/** A board with a clock that the test moves. */
function boardOn(stream: ScreenStream, done: readonly FlowNode[] = []) {
  let time = 0;
  const now = (): number => time;
  const board = openBoard(openScreen(stream, now), {
    nodes: flow.nodes,
    done,
    jobs: 2,
    expected: (label) => seconds[label],
    now,
  });
  return { board, pass: (more: number) => void (time += more) };
}

const at = (title: string, done: number, more: Partial<ProgressState> = {}): ProgressState => ({
  title,
  total: 100,
  unit: 'step',
  done,
  shown: {},
  seconds: 0,
  compiling: false,
  ...more,
});

describe.each(sizes)('the board on a terminal of $columns × $rows', (size) => {
  it('leaves a whole line of each stage, numbered as they end, and nothing of the bars', async () => {
    const stream = fakeTerminal(size);
    const { board, pass } = boardOn(stream);
    board.onStart?.(node('world'));
    pass(3);
    board.onEnd?.(node('world'), true);
    board.onStart?.(node('sft'));
    const bar = board.stage(node('sft')).place(at('sft', 0));
    bar?.show(at('sft', 0, { compiling: true }));
    expect(await seen(stream.written(), size)).toEqual([
      '1/4 world 3 s',
      '1/4 stages done',
      `sft                  ${'░'.repeat(size.columns < 100 ? 8 : 20)} 0/100 · compiling (first time; kept for later)`,
    ]);
    pass(30);
    bar?.show(at('sft', 10, { secondsLeft: 170 }));
    pass(170);
    bar?.end(at('sft', 100));
    board.onEnd?.(node('sft'), true);
    board.onStart?.(node('reinforce-samples'));
    board.onStart?.(node('reward-plain'));
    const bars = ['reinforce-samples', 'reward-plain'].map((label) =>
      board.stage(node(label)).place(at(label, 0)),
    );
    for (let done = 0; done <= 100; done += 5) {
      bars[0]?.show(at('reinforce-samples', done, { shown: { 'objective/score_gap': 0.25 } }));
      bars[1]?.show(at('reward-plain', done / 2, { shown: { loss: 0.5, accuracy: 0.75 } }));
      pass(1);
      if (done === 50) board.stage(node('reward-plain')).line(long);
    }
    board.onEnd?.(node('reward-plain'), true);
    // Its last word comes late.
    bars[1]?.show(at('reward-plain', 100));
    board.onEnd?.(node('reinforce-samples'), true);
    board.close();
    expect(await seen(stream.written(), size)).toEqual([
      '1/4 world 3 s',
      '2/4 sft 3 min 20 s',
      `[reward-plain] ${long}`,
      '3/4 reward-plain 21 s',
      '4/4 reinforce-samples 21 s',
    ]);
  });

  it('says how long the whole will take once a stage tells, and nothing before', async () => {
    const stream = fakeTerminal(size);
    const { board, pass } = boardOn(stream, [node('world')]);
    board.onStart?.(node('sft'));
    pass(10);
    const bar = board.stage(node('sft')).place(at('sft', 0));
    bar?.show(at('sft', 1));
    pass(1);
    bar?.show(at('sft', 1));
    const whole = async (): Promise<string | undefined> => (await seen(stream.written(), size))[0];
    expect(await whole()).toBe('1/4 stages done');
    pass(1);
    // Three times as slow as elsewhere: 288 s more of this stage, then 294 of the longer one of the two that follow.
    bar?.show(at('sft', 5, { secondsLeft: 288 }));
    expect(await whole()).toMatch(/^1\/4 stages done {6}about 10 min left$/);
    pass(288);
    bar?.end(at('sft', 100));
    board.onEnd?.(node('sft'), true);
    board.onStart?.(node('reinforce-samples'));
    board.onStart?.(node('reward-plain'));
    pass(250);
    // It is faster than the first one let expect.
    const late = board.stage(node('reward-plain')).place(at('reward-plain', 90));
    late?.show(at('reward-plain', 90, { secondsLeft: 12 }));
    board.onEnd?.(node('reinforce-samples'), true);
    expect((await seen(stream.written(), size)).at(-2)).toMatch(/^3\/4 stages done {6}about 10 s left$/);
    board.close();
    expect(await seen(stream.written(), size)).toEqual(['2/4 sft 5 min', '3/4 reinforce-samples 4 min 10 s']);
  });
});

describe('the board in a log', () => {
  it('is whole lines: one of each stage with the time left, and one of each bar every ten seconds', () => {
    const chunks: string[] = [];
    const { board, pass } = boardOn({ write: (text) => chunks.push(text) > 0 }, [node('world')]);
    board.onStart?.(node('sft'));
    const bar = board.stage(node('sft')).place(at('sft', 0));
    bar?.show(at('sft', 0, { compiling: true }));
    for (let done = 1; done <= 25; done++) {
      pass(1);
      bar?.show(at('sft', 4 * done, { rate: 4, secondsLeft: 25 - done }));
    }
    bar?.end(at('sft', 100));
    board.onEnd?.(node('sft'), true);
    board.close();
    expect(chunks).toEqual([
      'sft 0/100 · compiling (first time; kept for later)\n',
      'sft 40/100 · 4 step/s · 15 s left\n',
      'sft 80/100 · 4 step/s · 5 s left\n',
      '2/4 sft 25 s · about 20 s left\n',
    ]);
  });

  it('has only the lines of stages when progress is silenced', () => {
    process.env['RLHF_KIT_PROGRESS'] = 'off';
    const chunks: string[] = [];
    const { board, pass } = boardOn({ write: (text) => chunks.push(text) > 0 });
    board.onStart?.(node('world'));
    pass(30);
    board.stage(node('world')).place(at('world', 1))?.show(at('world', 1));
    board.onEnd?.(node('world'), true);
    board.close();
    expect(chunks).toEqual(['1/4 world 30 s\n']);
  });

  it('counts no stage that failed', () => {
    const chunks: string[] = [];
    const { board } = boardOn({ write: (text) => chunks.push(text) > 0 });
    board.onStart?.(node('world'));
    board.onEnd?.(node('world'), false);
    board.close();
    expect(chunks).toEqual([]);
  });
});
