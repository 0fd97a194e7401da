/** What ESLint says to lines that cross the boundaries of lib. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(__dirname, '..', '..');
const eslint = new ESLint({ cwd: root });

/** Rules that refuse a file with this import as its only line. */
async function refusals(file: string, imported: string): Promise<(string | null)[]> {
  // A line that leads nowhere would be allowed whatever it crosses.
  const target = join(root, dirname(file), imported);
  expect(existsSync(`${target}.ts`) || existsSync(join(target, 'index.ts')), imported).toBe(true);
  const [result] = await eslint.lintText(`import '${imported}';\n`, { filePath: join(root, file) });
  expect(result, `${file} is linted`).toBeDefined();
  return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
}

const boundary = 'import-x/no-restricted-paths';

describe('boundaries of lib', () => {
  it.each([
    ['lib/policy/rollout.ts', '../pipeline/pipeline', 'a stage and what is made of stages'],
    ['lib/policy/x.ts', '../reward/score', 'two stages'],
    ['lib/policy/ppo/x.ts', '../../reward/score', 'two stages, one of them within a folder'],
    ['lib/policy/ppo/x.ts', '../dpo/loss', 'two algorithms'],
    ['lib/policy/prompts/x.ts', '../dpo/loss', 'an algorithm and the choice of prompts'],
    ['lib/policy/rollout.ts', './ppo/loss', 'what algorithms share and one of them'],
    ['lib/evaluation/report/x.ts', '../../reward/buckets', 'the report and a stage'],
    ['lib/filter/x.ts', '../notebook/plot', 'a stage and the notebooks'],
    ['lib/train/x.ts', '../sft/trainer', 'training and a stage'],
    ['lib/model/x.ts', '../train/loop', 'the model and training'],
    ['lib/backend/x.ts', '../model/params', 'an engine and the model'],
    ['lib/tensor/x.ts', '../backend', 'pure maths and an engine'],
    ['lib/intervals.ts', './pipeline/pipeline', 'the root and the pipeline'],
    ['lib/intervals.ts', './tensor/kl', 'the root and what is just above it'],
    ['lib/types.ts', './policy/rollout', 'the records and a stage'],
    ['lib/pipeline/x.ts', '../experiment/run', 'the pipeline and experiments'],
    ['lib/experiment/x.ts', '../cli/main', 'experiments and the command line'],
    ['lib/experiment/mt-bench/x.ts', '../hh-rlhf/pairs', 'two kinds of data'],
    ['lib/experiment/hh-rlhf/x.ts', '../dialogues/config', 'given data and the embedded world'],
    ['lib/experiment/grid.ts', './dialogues/config', 'the engine of experiments and a kind of data'],
    ['lib/experiment/findings/x.ts', '../dialogues/config', 'a folder of that engine and a kind of data'],
    ['lib/experiment/given/x.ts', '../mt-bench/votes', 'what given data share and one of them'],
    ['lib/cli/x.ts', '../experiment/mt-bench/votes', 'the command line and a kind of data'],
    ['lib/cli/x.ts', '../index', 'the public interface from within'],
    ['lib/model/x.ts', '../../datasets/dialogues', 'the model and the embedded world'],
    ['lib/types.ts', '../datasets/dialogues', 'the records and the embedded world'],
    ['datasets/dialogues/x.ts', '../../lib/preferences/annotators', 'the embedded world and a stage'],
    ['datasets/dialogues/x.ts', '../../lib/train/loop', 'the embedded world and training'],
    ['lib/cli/commands/x.ts', '../../backend/setup/xla', 'the command line and the inside of an engine'],
    ['lib/model/x.ts', '../backend/jit', 'the model and a file behind the door of the engines'],
    ['lib/notebook/lab/x.ts', '../../backend/setup/cache', 'notebooks and the inside of set-up'],
    ['lib/backend/jit.ts', './xla/jit', 'what engines share and one of them'],
    ['lib/backend/setup/x.ts', '../xla/device', 'set-up and the engine that it sets up'],
    ['experiments/bench/x.ts', '../../lib/backend/xla/engine', 'a script and the inside of an engine'],
  ])('%s may not import %s: %s', async (file, imported) => {
    expect(await refusals(file, imported)).toContain(boundary);
  });

  it.each([
    ['lib/policy/rollout.ts', '../train/sequences'],
    ['lib/policy/rollout.ts', './scores'],
    ['lib/policy/ppo/x.ts', '../rollout'],
    ['lib/intervals.ts', './errors'],
    ['lib/preferences/annotators.ts', '../reading-length'],
    ['lib/backend/index.ts', './xla/engine'],
    ['lib/backend/xla/x.ts', '../setup/cache'],
    ['lib/backend/xla/x.ts', './trace/trace'],
    ['lib/backend/x.ts', '../tensor/pytree'],
    ['lib/model/x.ts', '../backend'],
    ['lib/cli/commands/x.ts', '../../backend'],
    ['lib/pipeline/x.ts', '../reward/trainer'],
    ['lib/pipeline/x.ts', '../../datasets/dialogues'],
    ['lib/experiment/x.ts', '../pipeline/pipeline'],
    ['lib/experiment/kinds.ts', './dialogues/kind'],
    ['lib/experiment/grid.ts', './kinds'],
    ['lib/experiment/dialogues/measures/x.ts', '../config'],
    ['lib/experiment/mt-bench/x.ts', '../given/start'],
    ['lib/experiment/mt-bench/x.ts', '../measure'],
    ['lib/index.ts', './cli/main'],
    ['datasets/dialogues/x.ts', '../../lib/random'],
    ['datasets/dialogues/x.ts', '../../lib/reading-length'],
    ['test/backend/x.ts', '../../lib/backend/xla/engine'],
  ])('%s may import %s', async (file, imported) => {
    expect(await refusals(file, imported)).toEqual([]);
  });

  it('holds every file of lib: none but the public interface itself may import that', async () => {
    const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
      .map((file) => join('lib', file));
    expect(files.length).toBeGreaterThan(300);
    const open: string[] = [];
    for (const file of files) {
      const path = relative(dirname(file), join('lib', 'index'));
      const found = await refusals(file, path.startsWith('.') ? path : `./${path}`);
      if (!found.includes(boundary)) open.push(file);
    }
    expect(open).toEqual([]);
  });
});
