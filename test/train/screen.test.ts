import { describe, expect, it } from 'vitest';
import { barText, openScreen } from '../../lib/train/screen';
import { fakeTerminal, seen, sizes } from '../support/terminal';

/** A clock that the test moves. */
function fakeClock() {
  let time = 0;
  return { now: () => time, pass: (seconds: number) => void (time += seconds) };
}

const long = `a long line: ${'word '.repeat(60)}its end`;

describe.each(sizes)('a screen of $columns × $rows', (size) => {
  it('keeps lines whole above rows that change, however long they are', async () => {
    const stream = fakeTerminal(size);
    const clock = fakeClock();
    const screen = openScreen(stream, clock.now);
    const [one, other] = [screen.row(), screen.row()];
    const printed: string[] = [];
    for (let i = 0; i < 60; i++) {
      one.show({ title: 'sft', share: i / 60, text: `${i}/60 · ${'x'.repeat(150)}` });
      other.show({ title: 'ppo: reference', share: 1 - i / 60, text: `${i}/60` });
      clock.pass(0.2);
      if (i % 10 !== 0) continue;
      printed.push(`${i}/60 stage`, long);
      screen.print(`${i}/60 stage`);
      screen.print(long);
    }
    const during = await seen(stream.written(), size);
    expect(during.slice(0, -2)).toEqual(printed);
    expect(during.at(-2)).toMatch(/^sft {18}(█{8}|█{20}) 59\/60 · x+…$/);
    expect(during.at(-1)).toMatch(/^ppo: reference {7}█?░+ 5[89]\/60$/);
    one.remove();
    other.remove();
    expect(await seen(stream.written(), size)).toEqual(printed);
  });

  it('puts what others write to the stream above the rows, in whole lines', async () => {
    const stream = fakeTerminal(size);
    const screen = openScreen(stream, () => 0);
    const row = screen.row();
    row.show({ title: 'sft', text: 'at work' });
    stream.write('12 of 300 pairs ');
    expect(await seen(stream.written(), size)).toEqual(['sft                  at work']);
    stream.write('left out\nunfin');
    expect(await seen(stream.written(), size)).toEqual([
      '12 of 300 pairs left out',
      'sft                  at work',
    ]);
    row.remove();
    stream.write('ished\n');
    expect(await seen(stream.written(), size)).toEqual(['12 of 300 pairs left out', 'unfinished']);
  });

  it('draws at most ten pictures a second, except before the process is busy', async () => {
    const stream = fakeTerminal(size);
    const clock = fakeClock();
    const row = openScreen(stream, clock.now).row();
    const lastLine = async (): Promise<string | undefined> => (await seen(stream.written(), size)).at(-1);
    row.show({ title: 'sft', text: '1' });
    row.show({ title: 'sft', text: '2' });
    expect(await lastLine()).toMatch(/1$/);
    row.show({ title: 'sft', text: 'compiling', atOnce: true });
    expect(await lastLine()).toMatch(/compiling$/);
    clock.pass(0.1);
    row.show({ title: 'sft', text: '3' });
    expect(await lastLine()).toMatch(/3$/);
    row.remove();
  });
});

describe('a screen that is no terminal', () => {
  it('has a line of each row every ten seconds, and at once before the process is busy, once', () => {
    const chunks: string[] = [];
    const clock = fakeClock();
    const screen = openScreen({ write: (text) => chunks.push(text) > 0 }, clock.now);
    const row = screen.row();
    row.show({ title: 'sft', text: 'compiling', atOnce: true });
    row.show({ title: 'sft', text: 'compiling', atOnce: true });
    for (let second = 1; second <= 25; second++) {
      clock.pass(1);
      row.show({ title: 'sft', share: 0.5, text: `${second} s` });
    }
    screen.print('1/2 sft');
    row.remove();
    expect(chunks).toEqual(['sft compiling\n', 'sft 10 s\n', 'sft 20 s\n', '1/2 sft\n']);
  });
});

describe('barText', () => {
  it('is as full as the share, and never longer', () => {
    expect(barText(0.5, 4)).toBe('██░░');
    expect(barText(7, 4)).toBe('████');
    expect(barText(-1, 4)).toBe('░░░░');
  });
});
