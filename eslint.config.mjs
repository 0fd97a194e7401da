import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/**
 * Imports go one way: each file or folder of lib may import what stands above it here. Every file of lib is in one of these
 * (test/lint/boundaries.test.ts).
 */
const lib = join(import.meta.dirname, 'lib');
/** Files that lie in lib itself: what everything may import, and what imports no folder. */
const root = readdirSync(lib).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
const stages = ['sft', 'preferences', 'filter', 'reward', 'policy', 'evaluation'];
const order = [
  root,
  ['tensor'],
  ['backend'],
  ['tokenizer', 'model'],
  ['train'],
  ['probes'],
  ['flow'],
  stages,
  ['notebook'],
  ['pipeline', 'bench'],
  ['experiment'],
  ['cli'],
  ['index.ts'],
];
const algorithms = readdirSync(join(lib, 'policy'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `policy/${name}`);
/** The kinds of data that experiments are made on. */
const kinds = ['dialogues', 'mt-bench', 'hh-rlhf'];
/** Where the embedded world and the library meet. */
const withWorld = ['pipeline', 'experiment', 'cli', 'index.ts'];

const inLib = (names) => names.map((name) => `./lib/${name}`);
/** Each of these names apart from the others. */
const apart = (names, message) =>
  names.map((name) => ({
    target: `./lib/${name}`,
    from: inLib(names.filter((other) => other !== name)),
    message,
  }));

const zones = [
  ...order.slice(0, -1).map((level, index) => ({
    target: inLib(level),
    from: inLib(order.slice(index + 1).flat()),
    message:
      'Imports go one way: types ← tensor ← backend ← tokenizer, model ← train ← probes ← flow ← stages ← pipeline ← cli.',
  })),
  ...apart(stages, 'A stage never imports another stage: files lie between them.'),
  ...apart(algorithms, 'An algorithm never imports another: what they share is in lib/policy itself.'),
  {
    target: './lib/policy/*.ts',
    from: './lib/policy/*/**',
    message: 'What the algorithms share knows none of them.',
  },
  ...apart(
    kinds.map((kind) => `experiment/${kind}`),
    'One kind of data never imports another: what they share is in lib/experiment/given.',
  ),
  {
    target: [
      './lib/experiment/!(kinds).ts',
      `./lib/experiment/!(${kinds.join('|')})/**`,
      './lib/cli',
      './lib/index.ts',
    ],
    from: inLib(kinds.map((kind) => `experiment/${kind}`)),
    message: 'Experiments know a kind of data only through lib/experiment/kinds.ts.',
  },
  {
    target: [...inLib(order.flat().filter((name) => name !== 'backend')), './datasets', './experiments'],
    from: './lib/backend',
    except: ['./index.ts'],
    message: 'Only lib/backend/index.ts is open to the rest.',
  },
  {
    target: './lib/backend/!(index).ts',
    from: './lib/backend/*/**',
    message: 'Only lib/backend/index.ts knows the engines in folders of their own.',
  },
  {
    target: './lib/backend/setup',
    from: './lib/backend/xla',
    message: 'Set-up runs without the engine that it sets up.',
  },
  {
    target: './datasets',
    from: './lib',
    except: root.map((name) => `./${name}`),
    message: 'The embedded world is made without any stage.',
  },
  {
    target: inLib(order.flat().filter((name) => !withWorld.includes(name))),
    from: './datasets',
    message: 'Only the pipeline brings the embedded world to the library.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'runs/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['lib/**/*.ts', 'datasets/**/*.ts', 'docs/**/*.ts', 'test/**/*.ts', 'experiments/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['lib/**/*.ts', 'datasets/**/*.ts'],
    ignores: ['lib/backend/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@tensorflow/tfjs-node*', '@tensorflow/tfjs-backend-*'],
              message: 'Engines are named in lib/backend only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['bin/**/*.js'],
    languageOptions: { globals: { require: 'readonly', process: 'readonly', __dirname: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
