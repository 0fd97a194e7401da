/** Experiments on given data: made up here in its layouts, and the real files where they are. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { InputError } from '../../../lib/errors';
import { readExperiment } from '../../../lib/experiment/config';
import { gridOf, type ConditionRun } from '../../../lib/experiment/grid';
import { isFailed, type ResultRow } from '../../../lib/experiment/results';
import { rowOf } from '../../../lib/experiment/run';
import { readJsonLines } from '../../../lib/files';
import type { Comparison, PreferencePair } from '../../../lib/types';
import { stagesOf } from '../../support/condition-stages';
import { tinyModelName, writeGivenData } from '../../support/given-data';
import { writeTinyExperiment, type TinyExperiment } from '../../support/tiny-experiment';

const root = mkdtempSync(join(tmpdir(), 'given-data-'));
const given = join(root, 'given');
const before = process.env['RLHF_KIT_SHARED'];
const real = resolve(before ?? '../shared');

beforeAll(async () => {
  await useEngine('wasm');
  writeGivenData(given);
  process.env['RLHF_KIT_SHARED'] = given;
});
afterEach(() => {
  process.env['RLHF_KIT_SHARED'] = given;
});
afterAll(() => {
  if (before === undefined) delete process.env['RLHF_KIT_SHARED'];
  else process.env['RLHF_KIT_SHARED'] = before;
  rmSync(root, { recursive: true });
});

const tinyReward = {
  'reward.maxPromptTokens': 8,
  'reward.maxResponseTokens': 16,
  'reward.batchSize': 4,
  'reward.maxSteps': 2,
};
const votes = {
  data: 'mt-bench',
  base: { ...tinyReward, model: tinyModelName, heldOutQuestions: 3 },
  axes: {
    filter: {
      none: { 'filter.ties': 'coin', 'filter.cycles': 'keep' },
      both: { 'filter.ties': 'drop', 'filter.cycles': 'drop' },
    },
  },
  measures: ['filter', 'agreement'],
  metrics: ['agreement.accuracy'],
  seeds: [1],
};
const pairs = {
  data: 'hh-rlhf',
  base: { ...tinyReward, model: tinyModelName, trainingPairs: 12, heldOutPairs: 10 },
  axes: { trainedOn: { helpful: { trainedOn: 'helpful' }, both: {} } },
  measures: ['helpful', 'harmless'],
  metrics: ['helpful.accuracy'],
  seeds: [1],
};

function experiment(changes: object) {
  return readExperiment(writeTinyExperiment(join(root, 'experiment'), changes as TinyExperiment));
}

function runsOf(changes: object): ConditionRun[] {
  return gridOf(experiment(changes), join(root, 'store'), 'wasm');
}

async function rowFor(run: ConditionRun): Promise<ResultRow> {
  await stagesOf(run).run(...run.finals.map(({ label }) => label));
  const row = await rowOf(run, 'wasm', 1);
  if (isFailed(row)) throw new Error(row.error);
  return row;
}

describe('an experiment on MT-bench', () => {
  it('parts votes by question, filters, trains and measures; the votes held out are those of every condition', async () => {
    const [none, both] = runsOf(votes) as [ConditionRun, ConditionRun];
    const tensors = tf.memory().numTensors;
    const rows = [await rowFor(none), await rowFor(both)] as const;
    expect(tf.memory().numTensors).toBe(tensors);
    const questions = async (file: string): Promise<Set<string>> =>
      new Set(
        (await readJsonLines<Comparison>(none.path(file))).map(
          ({ promptId }) => promptId.split('/')[0] as string,
        ),
      );
    const [training, heldOut] = [
      await questions('votes/training.jsonl'),
      await questions('votes/held-out.jsonl'),
    ];
    expect(training.size).toBe(5);
    expect(heldOut.size).toBe(3);
    for (const question of heldOut) expect(training).not.toContain(question);

    for (const { metrics, prompts } of rows) {
      expect(prompts['agreement.accuracy']).toHaveLength(3);
      // Three pairs of answers to each of two turns.
      expect(metrics['agreement.pairs']).toBe(18);
      expect(metrics['agreement.longerWins']).toBe(0.5);
    }
    expect(stagesOf(both).folder('votes')).toBe(stagesOf(none).folder('votes'));
    expect(stagesOf(both).folder('reward')).not.toBe(stagesOf(none).folder('reward'));
    expect(rows[0].dataHash).toBe(rows[1].dataHash);
    expect(rows[0].configHash).not.toBe(rows[1].configHash);
    expect(JSON.stringify(rows)).not.toMatch(/bread|Tell of/);
  });

  it('has other questions held out with another seed', async () => {
    const runs = runsOf({ ...votes, seeds: [1, 2], axes: {}, baseline: {} });
    const ids = await Promise.all(
      runs.map(async (run) => {
        const kept = stagesOf(run);
        await kept.run('votes');
        return (await readJsonLines<Comparison>(kept.path('votes/held-out.jsonl'))).map(
          ({ promptId }) => promptId,
        );
      }),
    );
    expect(ids[0]).not.toEqual(ids[1]);
  });

  it('refuses as many questions as there are', async () => {
    const [run] = runsOf({ ...votes, base: { ...votes.base, heldOutQuestions: 8 } }) as [ConditionRun];
    await expect(stagesOf(run).run('votes')).rejects.toThrow(
      /heldOutQuestions must be at most 7, of 8 questions in data\/mt_bench\/.*, got 8/,
    );
  });
});

describe('an experiment on HH-RLHF', () => {
  it('trains on one set or half of each, and measures on pairs held out of both', async () => {
    const [helpful, both] = runsOf(pairs) as [ConditionRun, ConditionRun];
    const row = await rowFor(helpful);
    expect(row.prompts['helpful.accuracy']).toHaveLength(10);
    expect(row.prompts['harmless.accuracy']).toHaveLength(10);
    expect(row.metrics['helpful.longerWins']).toBeGreaterThan(0.5);
    expect(row.metrics['harmless.longerWins']).toBeLessThan(0.5);
    expect(JSON.stringify(row)).not.toMatch(/bread|Human/);
    expect(stagesOf(helpful).manifest('pairs')).toMatchObject({ helpfulSetAside: 1, harmlessSetAside: 0 });
    expect(stagesOf(helpful).manifest('reward')).toMatchObject({ pairs: 12 });
    await stagesOf(both).run('reward');
    expect(stagesOf(both).manifest('reward')).toMatchObject({ pairs: 12 });
    expect(stagesOf(both).folder('pairs')).toBe(stagesOf(helpful).folder('pairs'));

    const prompts = async (file: string): Promise<string[]> =>
      (await readJsonLines<PreferencePair>(helpful.path(file))).map(({ promptId }) => promptId);
    const heldOut = new Set(await prompts('pairs/helpful-held-out.jsonl'));
    for (const promptId of await prompts('pairs/helpful.jsonl')) expect(heldOut).not.toContain(promptId);
  });

  it('refuses more pairs than there are', async () => {
    const [run] = runsOf({ ...pairs, base: { ...pairs.base, trainingPairs: 25 } }) as [ConditionRun];
    await expect(stagesOf(run).run('pairs')).rejects.toThrow(
      /helpful-base.* has 30 pairs of which 10 are held out; trainingPairs must be at most 20, got 25/,
    );
  });
});

describe('what is refused', () => {
  const refusal = (changes: object): string => {
    try {
      for (const { store, finals } of runsOf(changes)) finals.forEach((node) => store.folder(node));
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return (error as Error).message;
    }
    throw new Error('it was not refused');
  };

  it.each<[object, RegExp]>([
    [{ ...votes, data: 'mtbench' }, /'data' must be one of dialogues, mt-bench, hh-rlhf, got "mtbench"/],
    [{ ...votes, measures: ['reward'] }, /unknown measure 'reward'.*\(known: filter, agreement\)/],
    [{ ...pairs, measures: ['agreement'] }, /unknown measure 'agreement'.*\(known: helpful, harmless\)/],
    [
      { ...votes, base: { ...votes.base, heldOutQuestion: 3 } },
      /unknown setting 'heldOutQuestion'; did you mean 'heldOutQuestions'\?/,
    ],
    [{ ...votes, base: { ...votes.base, trainedOn: 'both' } }, /unknown setting 'trainedOn'/],
    [{ ...votes, base: { ...votes.base, 'ppo.maxSteps': 3 } }, /unknown setting 'ppo\.maxSteps'/],
    [
      { ...pairs, base: { ...pairs.base, trainedOn: 'all' } },
      /'trainedOn' must be one of helpful, harmless, both, got "all"/,
    ],
    [
      { ...pairs, base: { ...pairs.base, trainingPairs: 'many' } },
      /'trainingPairs' must be an integer ≥ 1, got "many"/,
    ],
    [{ ...pairs, base: { ...pairs.base, heldOutPairs: 0 } }, /'heldOutPairs' must be an integer ≥ 1, got 0/],
    [
      { ...votes, base: { ...votes.base, heldOutQuestions: 2.5 } },
      /'heldOutQuestions' must be an integer ≥ 1, got 2\.5/,
    ],
    [{ ...pairs, base: { ...pairs.base, model: 'none' } }, /data\/none\/config\.json is not there/],
  ])('%o', (changes, message) => expect(refusal(changes)).toMatch(message));

  it('data that is not there, in one sentence that says where it is looked for; a grid alone needs none', () => {
    process.env['RLHF_KIT_SHARED'] = join(root, 'nowhere');
    expect(runsOf(votes)).toHaveLength(2);
    expect(runsOf(pairs)).toHaveLength(2);
    expect(refusal(votes)).toBe(
      'experiment: data/mt_bench/mt_bench_human_full.jsonl.gz is not there; this experiment is on given data, looked for in the folder that RLHF_KIT_SHARED names, else in ../shared',
    );
  });
});

describe('the command', () => {
  const program = join(__dirname, '..', '..', '..', 'bin', 'rlhf-kit.js');
  const experiment = (shared: string, ...flags: string[]) =>
    spawnSync(process.execPath, [program, 'experiment', ...flags, '--engine', 'wasm'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, RLHF_KIT_PROGRESS: 'off', RLHF_KIT_SHARED: shared },
    });
  const nowhere = join(root, 'nowhere');
  const axes = { filter: { both: votes.axes.filter.both } };
  const folder = join(root, 'experiments', 'votes');
  beforeAll(() => writeTinyExperiment(folder, { ...votes, axes } as TinyExperiment));

  it('runs conditions on given data in its processes, and stops with code 2 where there is none', () => {
    const { status, stderr } = experiment(nowhere, 'run', 'votes');
    expect(status).toBe(2);
    expect(stderr).toMatch(/data\/mt_bench\/mt_bench_human_full\.jsonl\.gz is not there/);
    expect(existsSync(join(folder, 'results.jsonl'))).toBe(false);

    expect(experiment(given, 'run', 'votes').status).toBe(0);
    const [row] = readFileSync(join(folder, 'results.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow);
    expect(row?.metrics['agreement.pairs']).toBe(18);
  });

  it('verifies it when it is named: without a name it never asks for data that may not be there', () => {
    const unnamed = experiment(nowhere, 'verify');
    expect(unnamed.status).toBe(2);
    expect(unnamed.stderr).toMatch(/no experiment on the embedded world below experiments\/ has results/);
    const { status, stdout } = experiment(given, 'verify', 'votes');
    expect(status).toBe(0);
    const verified = JSON.parse(stdout) as { figures: number; equal: number };
    expect(verified.equal).toBe(verified.figures);
  });
});

describe('the committed experiments', () => {
  it.each(['r1-mt-bench-votes', 'r2-hh-rlhf'])('%s reads', (name) => {
    const config = readExperiment(join(__dirname, '../../../experiments', name));
    expect(config.seeds).toHaveLength(5);
    expect(config.claims.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!existsSync(join(real, 'data', 'mt_bench')))(
  'the real votes (skipped without shared/data/mt_bench)',
  () => {
    it('are parted by question, none lost', async () => {
      process.env['RLHF_KIT_SHARED'] = real;
      const [run] = gridOf(
        readExperiment(join(__dirname, '../../../experiments/r1-mt-bench-votes')),
        join(root, 'real-store'),
        'wasm',
      ) as [ConditionRun];
      await stagesOf(run).run('filter');
      const { training, heldOut } = stagesOf(run).manifest('votes') as unknown as Record<string, number>;
      expect((training as number) + (heldOut as number)).toBe(3355);
      const questions = (await readJsonLines<Comparison>(run.path('votes/held-out.jsonl'))).map(
        ({ promptId }) => promptId.split('/')[0],
      );
      expect(new Set(questions).size).toBe(24);
    });
  },
);

describe.skipIf(!existsSync(join(real, 'data', 'hh-rlhf')))(
  'the real pairs (skipped without shared/data/hh-rlhf)',
  () => {
    it('are as many as asked for, and rows that cannot be used are set aside', async () => {
      process.env['RLHF_KIT_SHARED'] = real;
      const [run] = gridOf(
        readExperiment(join(__dirname, '../../../experiments/r2-hh-rlhf')),
        join(root, 'real-store'),
        'wasm',
      ) as [ConditionRun];
      await stagesOf(run).run('pairs');
      expect(stagesOf(run).manifest('pairs')).toMatchObject({ helpfulSetAside: 15, harmlessSetAside: 9 });
      const files = readdirSync(stagesOf(run).folder('pairs')).filter((name) => name.endsWith('.jsonl'));
      const counts = Object.fromEntries(
        files.map((name) => [
          name,
          readFileSync(join(stagesOf(run).folder('pairs'), name), 'utf8')
            .trim()
            .split('\n').length,
        ]),
      );
      expect(counts).toEqual({
        'helpful.jsonl': 1600,
        'helpful-held-out.jsonl': 600,
        'harmless.jsonl': 1600,
        'harmless-held-out.jsonl': 600,
      });
    });
  },
);
