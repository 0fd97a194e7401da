/** Which edits of the kit's own sources change which keys: the sources are read, and edited in memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellKinds } from '../../lib/experiment/cells/cell-kinds';
import { experimentBase } from '../../lib/experiment/cells/dialogues';
import { pipelinePresets } from '../../lib/pipeline/presets';
import { pipelineSteps } from '../../lib/pipeline/steps';
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

/** Modules of the pipeline's steps and of all measures, by name. */
const config = experimentBase(1);
const steps = [
  ...pipelineSteps(pipelinePresets.smoke(1), (path) => path),
  ...cellKinds.dialogues.steps(config, (path) => path),
].map(({ name, module }) => [name, moduleOf(module)] as const);
const measures = Object.entries(cellKinds.dialogues.measures).map(
  ([name, { module }]) => [`measure ${name}`, moduleOf(module)] as const,
);
const modules = new Map([...steps, ...measures]);

/** Names of the steps and measures whose keys an edit changes. */
function changedBy(path: string, edit: (text: string) => string): string[] {
  const before = sources.get(path) as string;
  const after = edit(before);
  expect(after).not.toBe(before);
  const edited = { ...graph, [path]: codeFile(path, new Map([...sources, [path, after]]), version) };
  return [...modules]
    .filter(([, module]) => codeKeyIn(graph, module) !== codeKeyIn(edited, module))
    .map(([name]) => name);
}

const append = (text: string): string => `${text}\nexport const one = 1;\n`;

describe('code keys of steps and measures', () => {
  it('do not change with the look of a report', () => {
    expect(
      changedBy('lib/evaluation/report/style.ts', (text) => text.replace(/#[0-9a-f]{3,6}/, '#123')),
    ).toEqual([]);
  });

  it('of PPO change with its advantages, and of nothing that does not run PPO', () => {
    const changed = changedBy('lib/policy/ppo/advantage.ts', (text) => text.replaceAll('gamma *', 'gamma +'));
    expect(changed).toContain('ppo');
    for (const name of ['world', 'sft', 'reward-debiased', 'prompts', 'dpo', 'measure ppo'])
      expect(changed).not.toContain(name);
  });

  it('of a measure change with it, and no other', () => {
    expect(changedBy('lib/experiment/measures/dialogues/filter.ts', append)).toEqual(['measure filter']);
    expect(changedBy('lib/experiment/measures/over-optimisation.ts', append)).toEqual(
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
    const sft = modules.get('sft') as string;
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
