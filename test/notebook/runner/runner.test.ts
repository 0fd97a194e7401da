/** `rlhf-kit notebooks run` through the program. */
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Notebook } from '../../../lib/notebook/runner/notebook-file';
import { code, markdown, saveNotebook } from '../../support/notebooks';
import { childrenOf, isAlive, runProgram, startProgram, until } from '../../support/processes';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-notebooks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runProgram(['notebooks', 'run', '--engine', 'cpu', ...args]);
const read = (path: string): Notebook => JSON.parse(readFileSync(path, 'utf8')) as Notebook;

describe('rlhf-kit notebooks run', () => {
  let file: string;
  beforeEach(() => {
    file = saveNotebook(
      join(folder, 'whole.ipynb'),
      markdown('# A notebook'),
      code("const size: 'default' | 'smoke' = 'default';", ['parameters']),
      code(
        `import * as tf from '@tensorflow/tfjs';\nimport { createRng } from 'rlhf-kit';\nconst rng = createRng(1).fork('a');\nconsole.log(tf.getBackend(), size, typeof rng, process.cwd() === ${JSON.stringify(realpathSync(folder))});`,
      ),
      code(
        "import { display } from 'tslab';\ndisplay.raw('application/vnd.plotly.v1+json', { data: [{ type: 'bar', x: [1], y: [2] }], layout: { xaxis: { title: { text: 'tokens' } } } } as any);",
      ),
      code("throw new Error('shown');", ['raises-exception']),
      code('neverDeclared();', ['skip']),
      code("console.log('longer answers win:', size === 'smoke' ? 0.62 : 0.6)", ['check:0.05']),
      code('await Promise.resolve(41) + 1'),
    );
  });

  it('runs cells on the engine, in the notebook’s folder, and writes their outputs back', async () => {
    const { code: status, stdout, stderr } = await run(file);
    expect(stderr).toMatch(/ok .*whole\.ipynb: 6 cells in .*\n1 passed, 0 failed\n$/);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'notebooks run', passed: 1, failed: 0 });
    const { cells, metadata } = read(file);
    expect(metadata.kernelspec).toEqual({
      display_name: 'rlhf-kit (TypeScript)',
      language: 'typescript',
      name: 'rlhf-kit',
    });
    expect(cells.map((cell) => cell.execution_count)).toEqual([undefined, 1, 2, 3, 4, null, 5, 6]);
    expect(cells[2]?.outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: ['cpu default object true\n'] },
    ]);
    expect(cells[3]?.outputs?.[0]).toMatchObject({
      output_type: 'display_data',
      data: { 'application/vnd.plotly.v1+json': { data: [{ type: 'bar', x: [1], y: [2] }] } },
    });
    expect(cells[4]?.outputs).toEqual([
      { output_type: 'error', ename: 'Error', evalue: 'shown', traceback: ['Error: shown'] },
    ]);
    expect(cells[7]?.outputs?.[0]).toMatchObject({ text: ['42\n'] });

    // The same notebook at another size shows the same kinds of things, and what it checks holds within the tolerance.
    const before = readFileSync(file, 'utf8');
    const smoke = await run('--check', '--param', 'size="smoke"', file);
    expect(smoke.stderr).toMatch(/1 passed, 0 failed\n$/);
    expect(readFileSync(file, 'utf8')).toBe(before);

    // And it is found out when it does not.
    writeFileSync(
      file,
      before.replace('longer answers win: 0.6', 'longer answers win: 0.5').replace('"bar"', '"box"'),
    );
    const drifted = await run('--check', file);
    expect(drifted.code).toBe(1);
    expect(drifted.stderr).toContain(
      "cell 4: must show a chart of box over 'tokens'; got a chart of bar over 'tokens'",
    );
    expect(drifted.stderr).toContain('cell 7: number 1 must be 0.5 ± 0.05, got 0.6');
    expect(drifted.stderr).toMatch(/0 passed, 1 failed\n$/);
  });

  it('fails on whatever goes wrong in a cell, says what and where, and leaves the file as it was', async () => {
    const broken = {
      type: code("const n: number = 'a';"),
      throw: code("function f() { throw new RangeError('broken'); }\nf();"),
      reject: code("void Promise.reject(new Error('nobody caught it'));"),
      later: code(
        "setTimeout(() => { throw new Error('from a timer'); }, 5);\nawait new Promise((r) => setTimeout(r, 200));",
      ),
      exit: code('process.exit(0);'),
      missing: code("import { readPairs } from 'rlhf-kit';\nawait readPairs('/nowhere/pairs.jsonl');"),
    };
    const files = Object.entries(broken).map(([name, cell]) =>
      saveNotebook(
        join(folder, `${name}.ipynb`),
        code("console.log('before')"),
        cell,
        code("console.log('after')"),
      ),
    );
    const before = files.map((path) => readFileSync(path, 'utf8'));
    const { code: status, stdout, stderr } = await run(...files);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ passed: 0, failed: 6 });
    const part = (name: string): string =>
      stderr.split(/^FAILED /m).find((text) => text.includes(`/${name}.ipynb:`)) ?? '';
    expect(part('type')).toContain("1:7 - Type 'string' is not assignable to type 'number'.");
    expect(part('throw')).toContain('cell 2:');
    expect(part('throw')).toContain('RangeError: broken');
    expect(part('reject')).toContain('Error: nobody caught it');
    expect(part('later')).toContain('Error: from a timer');
    expect(part('exit')).toContain("ProcessEnded: the notebook's process ended (exit code 0)");
    expect(part('missing')).toContain('InputError: cannot read /nowhere/pairs.jsonl: no such file');
    expect(stderr).toMatch(/0 passed, 6 failed\n$/);
    expect(files.map((path) => readFileSync(path, 'utf8'))).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 120_000);

  it.each(['await new Promise(() => {});', 'for (;;) {}'])(
    'ends a cell that does not: %s',
    async (source) => {
      const endless = saveNotebook(join(folder, 'endless.ipynb'), code(source));
      const before = readFileSync(endless, 'utf8');
      const { code: status, stderr } = await run('--timeout', '2', endless);
      expect(status).toBe(1);
      expect(stderr).toContain('Timeout: the cell did not end within 2 s');
      expect(readFileSync(endless, 'utf8')).toBe(before);
    },
  );

  it('ends a notebook that takes too long altogether', async () => {
    const slow = saveNotebook(join(folder, 'slow.ipynb'), code('await new Promise(() => {});'));
    const { code: status, stderr } = await run('--total-timeout', '2', slow);
    expect(status).toBe(1);
    expect(stderr).toContain('Timeout: the notebook did not end within 2 s');
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no process behind after %s', async (signal) => {
    const busy = saveNotebook(
      join(folder, `busy-${signal}.ipynb`),
      code("console.log('here')"),
      code('for (;;) {}'),
    );
    const before = readFileSync(busy, 'utf8');
    const { child, done } = startProgram(['notebooks', 'run', '--engine', 'cpu', busy]);
    await until(() => childrenOf(child.pid as number).length > 0, 'the notebook’s process starts');
    const [notebook] = childrenOf(child.pid as number) as [number];
    // It is in the loop, or on its way there.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    child.kill(signal);
    await done;
    await until(() => !isAlive(notebook), 'the notebook’s process ends', 10_000);
    expect(readFileSync(busy, 'utf8')).toBe(before);
  });

  it.each([
    [['nowhere.ipynb'], 'no such file or folder: nowhere.ipynb'],
    [['--param', 'siz="smoke"', 'WHOLE'], "unknown parameter 'siz'; did you mean 'size'? (known: size)"],
    [
      ['--param', 'size=smoke', 'WHOLE'],
      `the value of '--param size' must be JSON, got smoke (a text has double quotes: size='"…"')`,
    ],
    [['--param', 'size', 'WHOLE'], "'--param' must be name=json, got 'size'"],
    [['--check', '--out', 'x', 'WHOLE'], '--check writes nothing; leave --out or --check away'],
    [['PYTHON'], "python.ipynb: the notebook's language must be typescript, got python"],
    [['HALF'], 'half.ipynb: not valid JSON'],
    [['OLD'], "old.ipynb: 'nbformat' must be 4, got 3"],
  ])('refuses %j in one sentence', async (args, message) => {
    writeFileSync(
      join(folder, 'python.ipynb'),
      '{"cells":[],"nbformat":4,"metadata":{"kernelspec":{"language":"python"}}}',
    );
    writeFileSync(join(folder, 'half.ipynb'), '{"cells":[{"cell_type":"co');
    writeFileSync(join(folder, 'old.ipynb'), '{"cells":[],"nbformat":3}');
    const {
      code: status,
      stdout,
      stderr,
    } = await run(
      ...args.map((arg) => (/^[A-Z]+$/.test(arg) ? join(folder, `${arg.toLowerCase()}.ipynb`) : arg)),
    );
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^rlhf-kit: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });

  it('says that the notebooks’ folder is not there when it was renamed', async () => {
    const { code: status, stderr } = await runProgram(['notebooks', 'run'], {}, folder);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'rlhf-kit: notebooks run: no such file or folder: notebooks; name the files or their folder\n',
    );
  });

  it('says which engine cannot be had, once', async () => {
    const { code: status, stderr } = await runProgram(['notebooks', 'run', file], {
      RLHF_KIT_ENGINE: 'tensorflwo',
    });
    expect(status).toBe(2);
    expect(stderr).toContain("unknown engine 'tensorflwo'; did you mean 'tensorflow'?");
  });
});
