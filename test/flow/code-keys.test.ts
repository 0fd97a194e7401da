/** Which edits of the kit's own sources change which keys: the sources are read, and edited in memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { experimentBase } from '../../lib/experiment/dialogues/config';
import { dialogues } from '../../lib/experiment/dialogues/kind';
import { pipelineFlow } from '../../lib/pipeline/flow';
import { pipelinePresets } from '../../lib/pipeline/presets';
import { codeFile, importGraph } from '../../lib/flow/build/import-graph';
import { codeKey, codeKeyIn, filesBehind } from '../../lib/flow/code-keys';

const root = join(__dirname, '..', '..');
const sources = new Map(
  ['lib', 'datasets'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name): [string, string] => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')]),
  ),
);
const version = (): string => '1.0.0';
const graph = importGraph(sources, version);
const moduleOf = (filename: string): string => filename.slice(root.length + 1);

/** Modules of the stages, with those that make their inputs, and of all measures, by name. */
const stages = [
  ...pipelineFlow(pipelinePresets.smoke(1)).nodes,
  ...dialogues.flow({ ...experimentBase(1), rewardModel: { hiddenSize: 16 } }).nodes,
].map(({ label, stage, inputs }): [string, string[]] => [
  label,
  [stage.module, ...Object.values(inputs).flatMap((input) => input.modules)].map(moduleOf),
]);
const measures = Object.entries(dialogues.measures).map(([name, { module }]): [string, string[]] => [
  `measure ${name}`,
  [moduleOf(module)],
]);
const modules = new Map([...stages, ...measures]);

/** Names of the stages and measures whose keys an edit changes. */
function changedBy(path: string, edit: (text: string) => string): string[] {
  const before = sources.get(path) as string;
  const after = edit(before);
  expect(after).not.toBe(before);
  const edited = { ...graph, [path]: codeFile(path, new Map([...sources, [path, after]]), version) };
  return [...modules]
    .filter(([, own]) => own.some((module) => codeKeyIn(graph, module) !== codeKeyIn(edited, module)))
    .map(([name]) => name);
}

const append = (text: string): string => `${text}\nexport const one = 1;\n`;

describe('code keys of stages and measures', () => {
  it('do not change with the look of a report', () => {
    expect(
      changedBy('lib/evaluation/report/style.ts', (text) => text.replace(/#[0-9a-f]{3,6}/, '#123')),
    ).toEqual([]);
  });

  it('of PPO change with its advantages, and of nothing that does not run PPO', () => {
    const changed = changedBy('lib/policy/ppo/advantage.ts', (text) => text.replaceAll('gamma *', 'gamma +'));
    expect(changed).toContain('ppo');
    for (const name of [
      'world',
      'sft',
      'reward-debiased',
      'reward-sft',
      'prompts',
      'dpo',
      'grpo',
      'measure ppo',
    ])
      expect(changed).not.toContain(name);
  });

  it('change with what makes an input: a scorer is part of what learns from it', () => {
    const changed = changedBy('lib/reward/score.ts', append);
    expect(changed).toEqual(expect.arrayContaining(['prompts', 'sft-term', 'dpo', 'ppo', 'grpo', 'rloo']));
    expect(changed).not.toContain('sft');
    expect(changed).not.toContain('filter');
  });

  it('of a measure change with it, and no other', () => {
    expect(changedBy('lib/experiment/dialogues/measures/filter.ts', append)).toEqual(['measure filter']);
    expect(changedBy('lib/experiment/dialogues/measures/over-optimisation.ts', append)).toEqual(
      ['dpo', 'ppo', 'grpo', 'rloo'].map((name) => `measure ${name}`),
    );
  });

  it('change with the world and with the engine', () => {
    expect(changedBy('datasets/dialogues/phrases.ts', append)).toContain('world');
    expect(changedBy('lib/backend/xla/trace/trace.ts', append)).toEqual(
      expect.arrayContaining(['sft', 'ppo']),
    );
  });

  it('do not change with comments, types, and imports of types alone', () => {
    expect(changedBy('lib/policy/ppo/advantage.ts', (text) => `/** Other words. */\n${text}`)).toEqual([]);
    expect(changedBy('lib/random.ts', (text) => `${text}\nexport type One = 1;\n`)).toEqual([]);
    expect(
      changedBy(
        'lib/sft/trainer.ts',
        (text) => `import type { PpoConfig } from '../policy/ppo/config';\n${text}`,
      ),
    ).toEqual([]);
  });

  it('change with the version of a package that computes', () => {
    const newer = (name: string): string => (name === '@tensorflow/tfjs' ? '2.0.0' : '1.0.0');
    const path = 'lib/train/adamw.ts';
    const other = { ...graph, [path]: codeFile(path, sources, newer) };
    const [sft] = modules.get('sft') as [string];
    expect(codeKeyIn(other, sft)).not.toBe(codeKeyIn(graph, sft));
  });
});

describe('codeKey', () => {
  it('is one for a source and for what is built of it', () => {
    const [source, built] = [join(root, 'lib/random.ts'), join(root, 'dist/lib/random.js')];
    expect(codeKey(source)).toMatch(/^[0-9a-f]{16}$/);
    expect(codeKey(built)).toBe(codeKey(source));
  });

  it('says which file is none of the kit', () => {
    expect(() => codeKey(join(root, 'lib/nothing.ts'))).toThrow(/has no file lib\/nothing\.ts/);
  });
});

describe('filesBehind', () => {
  it('has everything that is imported, however far down, once', () => {
    const files = filesBehind(graph, 'lib/sft/trainer.ts');
    expect(files).toEqual([...new Set(files)].sort());
    expect(files).toEqual(
      expect.arrayContaining(['lib/sft/trainer.ts', 'lib/train/adamw.ts', 'lib/errors.ts']),
    );
  });
});
