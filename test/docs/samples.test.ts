import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExperiment } from '../../lib/experiment/config';
import { gridOf } from '../../lib/experiment/grid';
import { readText, writeJsonLines } from '../../lib/files';
import { loadModel, saveModel } from '../../lib/model/directory';
import { usualEngine } from '../support/engines';
import { blocksOf, project } from '../support/pages';
import { saveTinyModel } from '../support/tiny-model';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'environment.md',
  ...readdirSync(join(project, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Makes a reward model of a language model. */
function addScoreHead(directory: string): void {
  const model = loadModel(directory);
  const params = { ...model.params, 'score.weight': tf.ones([1, model.config.hiddenSize]) };
  saveModel(directory, { ...model, params });
}

let folder: string;
beforeAll(() => {
  // What `npm start` leaves behind, as far as the samples read it.
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-samples-'));
  const run = join(folder, 'runs', 'start');
  saveTinyModel(join(run, 'sft', 'model'));
  saveTinyModel(join(run, 'reward-debiased', 'model'));
  addScoreHead(join(run, 'reward-debiased', 'model'));
  mkdirSync(join(run, 'filter'));
  writeJsonLines(
    join(run, 'filter', 'pairs.jsonl'),
    Array.from({ length: 24 }, (_, i) => ({
      promptId: `p${i}`,
      prompt: `q${i}`,
      chosen: `yes ${'!'.repeat(i % 5)}`,
      rejected: `no ${'!'.repeat(i % 7)}`,
    })),
  );
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(project, join(folder, 'node_modules', 'rlhf-kit'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(['README.md', 'docs/library.md'])('%s', (page) => {
  it.each(blocksOf(page, 'ts').map((code, i) => ({ code, number: i + 1 })))(
    'has a sample $number that runs',
    ({ code }) => {
      const file = join(folder, 'sample.mjs');
      writeFileSync(file, code);
      const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
        cwd: folder,
        env: { ...process.env, RLHF_KIT_ENGINE: usualEngine, RLHF_KIT_PROGRESS: 'off' },
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/^Float32Array\(1\) \[ -?\d/);
    },
  );
});

it('docs/ablations.md has an experiment that can be run', () => {
  const [config] = blocksOf('docs/ablations.md', 'json');
  const home = join(folder, 'experiment');
  mkdirSync(home);
  writeFileSync(join(home, 'config.json'), config as string);
  expect(gridOf(readExperiment(home), 'nowhere', 'cpu')).toHaveLength(10);
});

it.each(pages)('%s links only to files that exist', (page) => {
  const text = readText(join(project, page));
  const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] as string);
  const missing = targets.filter(
    (target) => !/^https?:/.test(target) && !existsSync(join(project, dirname(page), target)),
  );
  expect(missing).toEqual([]);
});

it('README.md has at most 140 lines', () => {
  expect(readText(join(project, 'README.md')).trimEnd().split('\n').length).toBeLessThanOrEqual(140);
});

it('docs/paper.md names only files that exist', () => {
  const paths = [...readText(join(project, 'docs', 'paper.md')).matchAll(/`((?:lib|datasets)\/[^`]+)`/g)].map(
    (match) => match[1] as string,
  );
  expect(paths.length).toBeGreaterThan(8);
  for (const path of paths) expect(existsSync(join(project, path)), path).toBe(true);
});
