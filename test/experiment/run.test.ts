import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResultRow, Row } from '../../lib/experiment/results';
import { mountable, onSmallDisk } from '../support/small-disk';
import { tinySettings, writeTinyExperiment } from '../support/tiny-experiment';

const program = join(__dirname, '..', '..', 'bin', 'rlhf-kit.js');
const root = mkdtempSync(join(tmpdir(), 'experiment-run-'));
afterAll(() => rmSync(root, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `rlhf-kit experiment` as a person would, on the engine that needs no compiling. */
function experiment(flags: readonly string[], watch?: (child: ChildProcess) => void): Promise<Ended> {
  const child = spawn(process.execPath, [program, 'experiment', ...flags, '--engine', 'wasm'], {
    env: { ...process.env, RLHF_KIT_PROGRESS: 'off' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  watch?.(child);
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

const rowsOf = (folder: string): Row[] =>
  readFileSync(join(folder, 'results.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
/** A row as it was before rows had keys. */
const withoutKeys = ({ keys, ...row }: ResultRow): object => {
  void keys;
  return { ...row, codeHash: 'c0de' };
};
/** What must not depend on when and how often it was run. */
const numbers = (folder: string) =>
  rowsOf(folder).map((row) => {
    const { condition, seed, metrics, prompts } = row as ResultRow;
    return { condition, seed, metrics, prompts };
  });
const run = (folder: string, store: string, watch?: (child: ChildProcess) => void): Promise<Ended> =>
  experiment(['run', folder, '--store', join(root, store)], watch);

describe('experiment run', () => {
  const whole = writeTinyExperiment(join(root, 'whole'));

  it('writes one row per condition and seed, with all that tells where it comes from', async () => {
    const { code, stdout } = await run(whole, 'store');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      experiment: 'whole',
      runs: 4,
      computed: 4,
      before: 0,
      left: 0,
    });
    const rows = rowsOf(whole) as ResultRow[];
    expect(rows.map(({ condition, seed }) => `${condition} ${seed}`)).toEqual([
      'lambda=none 1',
      'lambda=some 1',
      'lambda=none 2',
      'lambda=some 2',
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({ engine: 'wasm', processor: { threads: expect.any(Number) as number } });
      for (const hash of [row.configHash, row.dataHash]) expect(hash).toMatch(/^[0-9a-f]{64}$/);
      const { stages = {}, measures = {} } = row.keys ?? {};
      expect(Object.keys(stages)).toContain('reward');
      expect(Object.keys(measures)).toEqual(['filter', 'reward']);
      for (const key of Object.values({ ...stages, ...measures })) expect(key).toMatch(/^[0-9a-f]{16}$/);
      expect(row.versions['rlhf-kit']).toBeDefined();
      expect(row.seconds).toBeGreaterThan(0);
      expect(Object.values(row.metrics).every(Number.isFinite)).toBe(true);
      // A metric of prompts is their mean.
      const prompts = row.prompts['reward.goldAccuracy'] ?? [];
      expect(prompts).toHaveLength(8);
      const mean = prompts.reduce((sum, value) => sum + value, 0) / prompts.length;
      expect(row.metrics['reward.goldAccuracy']).toBeCloseTo(mean, 4);
    }
    // The data of a seed is one for all conditions, its configurations are not.
    expect(new Set(rows.map(({ dataHash }) => dataHash)).size).toBe(2);
    expect(new Set(rows.map(({ configHash }) => configHash)).size).toBe(4);
  });

  it('trains an SFT model once a seed, however many conditions share it', () => {
    const kept = readdirSync(join(root, 'store', readdirSync(join(root, 'store'))[0] as string));
    const count = (name: string): number => kept.filter((folder) => folder.startsWith(`${name}-`)).length;
    expect([count('sft'), count('candidates'), count('reward')]).toEqual([2, 2, 4]);
  });

  it('repeats nothing that is done', async () => {
    const before = readFileSync(join(whole, 'results.jsonl'), 'utf8');
    const { code, stdout } = await run(whole, 'another-store');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ computed: 0, before: 4 });
    expect(readdirSync(join(root, 'another-store'))).toEqual(['whole.html']);
    expect(readFileSync(join(whole, 'results.jsonl'), 'utf8')).toBe(before);
  });

  it('goes on after a kill and after Ctrl-C, and ends with the same numbers', async () => {
    const killed = writeTinyExperiment(join(root, 'killed'));
    // As soon as a row more is there: some conditions are done, others are not.
    const atOneMoreThan =
      (rows: number, signal: NodeJS.Signals) =>
      (child: ChildProcess): void => {
        const watch = setInterval(() => {
          if (!existsSync(join(killed, 'results.jsonl')) || rowsOf(killed).length <= rows) return;
          clearInterval(watch);
          child.kill(signal);
        }, 5);
        child.on('close', () => clearInterval(watch));
      };
    expect((await run(killed, 'killed-store', atOneMoreThan(0, 'SIGKILL'))).code).toBe(-1);
    const left = rowsOf(killed).length;
    expect(left).toBeGreaterThan(0);
    const interrupted = await run(killed, 'killed-store', atOneMoreThan(left, 'SIGINT'));
    // The rest may have been done before the signal came.
    expect([0, 130]).toContain(interrupted.code);
    expect((await run(killed, 'killed-store')).code).toBe(0);
    expect(numbers(killed)).toEqual(numbers(whole));
  });

  it('marks a condition that fails with its error and log, finishes the rest, and tries it again later', async () => {
    const axes = {
      rollouts: {
        // Four rollouts cannot be cut into three minibatches.
        odd: { 'ppo.numMiniBatches': 3 },
        even: { 'ppo.numMiniBatches': 2 },
      },
    };
    const broken = writeTinyExperiment(join(root, 'broken'), { axes, seeds: [1], measures: ['ppo'] });
    const { code, stdout, stderr } = await run(broken, 'store');
    expect(code).toBe(1);
    expect(stderr).toContain('experiment: 1 of 2 runs failed');
    expect(JSON.parse(stdout)).toMatchObject({
      computed: 1,
      failed: [{ condition: 'rollouts=odd', seed: 1, error: expect.stringContaining('ppo: ') as string }],
    });
    const [odd, even] = rowsOf(broken) as [Extract<Row, { error: string }>, ResultRow];
    expect(odd.error).toContain('numMiniBatches');
    expect(readFileSync(odd.log, 'utf8')).toContain('numMiniBatches');
    expect(even.metrics['ppo.gold']).toBeGreaterThanOrEqual(0);
    const again = await run(broken, 'store');
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({ before: 1, computed: 0 });
  });

  it('marks a condition whose metrics are not finite', async () => {
    const folder = writeTinyExperiment(join(root, 'nan'), {
      axes: { rate: { usual: {}, absurd: { 'reward.learningRate': 1e30, 'reward.maxGradNorm': 0 } } },
      seeds: [1],
      measures: ['reward'],
    });
    const { code } = await run(folder, 'store');
    expect(code).toBe(1);
    const [usual, absurd] = rowsOf(folder);
    expect(usual).toHaveProperty('metrics');
    expect(absurd).toMatchObject({
      condition: 'rate=absurd',
      error: expect.stringMatching(/NaN|finite/) as string,
    });
  });

  it.skipIf(!mountable())(
    'marks conditions that a full disk stopped, and computes them once there is room (skipped where nothing may be mounted)',
    async () => {
      const folder = writeTinyExperiment(join(root, 'full'), { seeds: [1] });
      const small = join(root, 'small-disk');
      mkdirSync(small);
      onSmallDisk(small, '600k', () => {
        const { status, stderr } = spawnSync(
          process.execPath,
          [program, 'experiment', 'run', folder, '--store', small, '--engine', 'wasm'],
          { env: { ...process.env, RLHF_KIT_PROGRESS: 'off' }, encoding: 'utf8' },
        );
        expect(status).not.toBe(0);
        expect(stderr).toMatch(/runs failed|the disk is full/);
      });
      for (const row of rowsOf(folder))
        expect(row).toMatchObject({ error: expect.stringContaining('disk is full') as string });
      expect((await run(folder, 'store')).code).toBe(0);
      expect(numbers(folder)).toEqual(numbers(whole).filter(({ seed }) => seed === 1));
    },
  );

  it('leaves what the budget has no time for, and goes on with the same command', async () => {
    const folder = writeTinyExperiment(join(root, 'budget'), { budgetMinutes: 1e-9 });
    const { code, stdout, stderr } = await run(folder, 'budget-store');
    expect(code).toBe(1);
    expect(stderr).toContain('the budget ended with 4 runs to go; the same command goes on');
    expect(JSON.parse(stdout)).toMatchObject({ computed: 0, left: 4 });
  });

  it('refuses results of another configuration, another engine, or a condition that is no more', async () => {
    const folder = writeTinyExperiment(join(root, 'changed'), { seeds: [1] });
    writeFileSync(join(folder, 'results.jsonl'), readFileSync(join(whole, 'results.jsonl')));
    expect(await run(folder, 'store')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /results\.jsonl has a row of lambda=none, seed 2, which the configuration no longer has; nothing is overwritten/,
      ) as string,
    });
    writeTinyExperiment(folder, { base: { ...tinySettings, 'reward.maxSteps': 2 } });
    expect((await run(folder, 'store')).stderr).toMatch(
      /a row of lambda=none, seed 1 made with another configuration than config\.json gives now/,
    );
    writeTinyExperiment(folder);
    const other = readFileSync(join(whole, 'results.jsonl'), 'utf8').replaceAll('"wasm"', '"cpu"');
    writeFileSync(join(folder, 'results.jsonl'), other);
    expect((await run(folder, 'store')).stderr).toMatch(/made on engine cpu, not wasm/);
    expect(readFileSync(join(folder, 'results.jsonl'), 'utf8')).toBe(other);
  });

  it.each([
    [
      { axes: { a: { b: { 'ppo.klCof': 1 } } } },
      /unknown setting 'ppo\.klCof'; did you mean 'ppo\.klCoef'\?/,
    ],
    [{ axes: { a: {} }, baseline: {} }, /the grid is empty: axis 'a' has no settings/],
  ])('refuses %o before anything is run', async (given, message) => {
    const { code, stderr, stdout } = await run(writeTinyExperiment(join(root, 'bad'), given), 'nowhere');
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
  });
});

describe('experiment show, compare and what run writes', () => {
  const folder = join(root, 'whole');
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

  it('has made table, charts and page', async () => {
    const { stdout } = await experiment(['show', folder]);
    expect(stdout).toMatch(/^\| some +\| +2 \|/m);
    expect(read('table.md').trimEnd()).toBe(stdout.trimEnd());
    expect(JSON.parse(read('charts/conditions.json'))).toHaveProperty('data');
    expect(readFileSync(join(root, 'store', 'whole.html'), 'utf8')).toContain('<title>Tiny');
  });

  it('writes the results into the README between its markers, and nowhere else', async () => {
    const markers = ['<!-- results: begin -->', '<!-- results: end -->'];
    writeFileSync(join(folder, 'README.md'), `# Tiny\n\n${markers.join('\n')}\n\nMine.\n`);
    expect((await run(folder, 'store')).code).toBe(0);
    const text = read('README.md');
    expect(text).toMatch(/^# Tiny\n\n<!-- results: begin [^]*<!-- results: end -->\n\nMine\.\n$/);
    expect(text).toMatch(/^\| some +\| +2 \|/m);
    rmSync(join(folder, 'README.md'));
  });

  it('compares two conditions in one metric or in all', async () => {
    const { code, stdout } = await experiment(['compare', folder, '--condition', 'lambda=some', '--json']);
    expect(code).toBe(0);
    const all = JSON.parse(stdout) as { metrics: Record<string, { difference: number; seeds: number[] }> };
    expect(all).toMatchObject({ experiment: 'whole', condition: 'lambda=some', against: 'lambda=none' });
    const rows = rowsOf(folder) as ResultRow[];
    const mean = (condition: string): number => {
      const own = rows
        .filter((row) => row.condition === condition)
        .map(({ metrics }) => metrics['reward.ece'] as number);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    expect(all.metrics['reward.ece']?.difference).toBeCloseTo(mean('lambda=some') - mean('lambda=none'), 10);
    expect(all.metrics['reward.ece']?.seeds).toEqual([1, 2]);
    const one = [
      'compare',
      folder,
      '--condition',
      'lambda=none',
      '--against',
      'lambda=some',
      '--metric',
      'reward.ece',
      '--json',
    ];
    expect(Object.keys((JSON.parse((await experiment(one)).stdout) as typeof all).metrics)).toEqual([
      'reward.ece',
    ]);
  });

  it('prints a table for people, and all experiments when none is named', async () => {
    const line = ['compare', folder, '--condition', 'lambda=some', '--metric', 'reward.ece'];
    const { stdout } = await experiment(line);
    expect(stdout).toMatch(/^whole: lambda=some against lambda=none\n/);
    expect(stdout).toMatch(/^\| reward\.ece +\| +0\.\d+ \|.*\| +2 \|$/m);
    const all = await experiment(['show']);
    expect(all.code).toBe(0);
    expect(all.stdout).toContain('01-data-filter');
  });

  it.each([
    [
      ['compare', folder, '--condition', 'lambda=some', '--metric', 'reward.eca'],
      /unknown metric 'reward\.eca'; did you mean 'reward\.ece'\?/,
    ],
    [['compare', folder], /--condition must name a condition/],
    [['show', 'nothing-here'], /neither nothing-here nor experiments.nothing-here has a config\.json/],
    [['verify', '--condition', 'lambda=some'], /name the experiment that --condition is of/],
  ])('%o is refused in a sentence', async (flags, message) => {
    const { code, stderr } = await experiment(flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('experiment verify', () => {
  const folder = join(root, 'whole');

  it('runs the cheapest condition again, from nothing, and finds every number equal', async () => {
    const { code, stdout, stderr } = await experiment(['verify', folder]);
    expect(code).toBe(0);
    const verified = JSON.parse(stdout) as { figures: number };
    expect(Object.keys(verified)).toEqual([
      'experiment',
      'condition',
      'seed',
      'sameCode',
      'sameProcessor',
      'figures',
      'equal',
      'worst',
    ]);
    expect(verified).toMatchObject({ sameCode: true, sameProcessor: true, worst: null });
    expect(verified).toMatchObject({ experiment: 'whole', equal: verified.figures });
    expect(verified.figures).toBeGreaterThan(5);
    expect(stderr).toMatch(/code: the same; processor: the same/);
    expect(stderr).toMatch(/^\| reward\.goldAccuracy +\|/m);
  });

  it('says which numbers are not what was committed, with exit code 1', async () => {
    const tampered = writeTinyExperiment(join(root, 'tampered'));
    const rows = rowsOf(folder) as ResultRow[];
    // As small as a number can be: where code and processor are the same, numbers are equal and not only near.
    const off = (row: ResultRow): number => (row.metrics['reward.goldAccuracy'] as number) + 1e-5;
    const lines = rows.map((row) =>
      JSON.stringify({ ...row, metrics: { ...row.metrics, 'reward.goldAccuracy': off(row) } }),
    );
    writeFileSync(join(tampered, 'results.jsonl'), lines.join('\n'));
    const { code, stdout, stderr } = await experiment(['verify', tampered, '--condition', 'lambda=some']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/experiment verify: tampered, lambda=some, seed \d: reward\.goldAccuracy was /);
    expect(JSON.parse(stdout)).toMatchObject({
      condition: 'lambda=some',
      sameCode: true,
      worst: { metric: 'reward.goldAccuracy' },
    });
  });

  it('knows nothing of the code of a row without keys, and asks that numbers be near', async () => {
    const old = writeTinyExperiment(join(root, 'old'));
    const rows = rowsOf(folder) as ResultRow[];
    writeFileSync(join(old, 'results.jsonl'), rows.map((row) => JSON.stringify(withoutKeys(row))).join('\n'));
    const { code, stdout, stderr } = await experiment(['verify', old]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sameCode: 'unknown', sameProcessor: true });
    expect(stderr).toContain('code: unknown, the row has no keys');
  });

  it('names the near match of a condition that there is not, and what has never been run', async () => {
    expect(await experiment(['verify', folder, '--condition', 'lambda=som'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "unknown condition 'lambda=som'; did you mean 'lambda=some'?",
      ) as string,
    });
    const fresh = writeTinyExperiment(join(root, 'fresh'));
    expect(await experiment(['verify', fresh])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('fresh has no results; run it first') as string,
    });
  });
});

describe('experiment rekey', () => {
  const whole = join(root, 'whole');
  const rekey = (folder: string, ...flags: string[]): Promise<Ended> =>
    experiment(['rekey', folder, ...flags]);
  const copyRows = (name: string, change: (row: ResultRow) => object): string => {
    const folder = writeTinyExperiment(join(root, name));
    const rows = rowsOf(whole) as ResultRow[];
    writeFileSync(
      join(folder, 'results.jsonl'),
      rows.map((row) => `${JSON.stringify(change(row))}\n`).join(''),
    );
    return folder;
  };

  it('computes a sample again, and gives every row the keys of this code when numbers are equal', async () => {
    const folder = copyRows('rekeyed', withoutKeys);
    const { code, stdout } = await rekey(folder, '--sample', '2');
    expect(code).toBe(0);
    const [report] = JSON.parse(stdout) as [{ sampled: string[] }];
    expect(report).toMatchObject({ experiment: 'rekeyed', renewed: 4, current: 0, different: [] });
    // Two seeds and two conditions.
    expect(report.sampled.map((row) => row.split(', seed ')[1]).sort()).toEqual(['1', '2']);
    expect(new Set(report.sampled.map((row) => row.split(', ')[0])).size).toBe(2);
    const rows = rowsOf(folder) as ResultRow[];
    expect(rows.map(({ keys }) => keys)).toEqual((rowsOf(whole) as ResultRow[]).map(({ keys }) => keys));
    expect(rows.filter(({ renewed }) => renewed === true)).toHaveLength(2);
    for (const row of rows) expect(row).not.toHaveProperty('codeHash');
    expect(numbers(folder)).toEqual(numbers(whole));
    // Whose keys are those of this code already is left alone.
    const again = JSON.parse((await rekey(folder)).stdout) as unknown[];
    expect(again[0]).toMatchObject({ renewed: 0, current: 4, sampled: [] });
  });

  it('refuses where a number of the sample differs, and changes no row', async () => {
    const folder = copyRows('moved', (row) => ({
      ...withoutKeys(row),
      prompts: { ...row.prompts, 'reward.goldAccuracy': [0.5, 0.25] },
    }));
    const before = readFileSync(join(folder, 'results.jsonl'), 'utf8');
    const { code, stdout, stderr } = await rekey(folder, '--sample', '1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/numbers differ, and those rows keep their keys: moved: .*reward\.goldAccuracy\[/);
    expect(JSON.parse(stdout)).toMatchObject([{ renewed: 0 }]);
    expect(readFileSync(join(folder, 'results.jsonl'), 'utf8')).toBe(before);
  });
});
