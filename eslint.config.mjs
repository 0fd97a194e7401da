import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** Imports go one way: each folder of lib may import only what stands left of it (and itself). */
const order = [
  ['types.ts', 'errors.ts', 'random.ts', 'config.ts', 'files.ts', 'scorer.ts'],
  ['tensor', 'backend'],
  ['tokenizer', 'model'],
  ['train'],
  [
    'sft',
    'preferences',
    'filter',
    'reward',
    'policy/dpo',
    'policy/ppo',
    'policy/grpo',
    'policy/rloo',
    'policy/prompts',
    'evaluation',
  ],
  ['notebook'],
  ['pipeline', 'bench'],
  ['experiment'],
  ['cli'],
];
const stages = order[4];
const root = new Set(order[0]);
/** Where the embedded world and the library meet. */
const withWorld = new Set(['pipeline', 'experiment', 'cli']);

const zones = [];
order.forEach((level, index) => {
  const later = order.slice(index + 1).flat();
  for (const target of level) {
    if (later.length > 0) {
      zones.push({
        target: `./lib/${target}`,
        from: [...later, 'index.ts'].map((name) => `./lib/${name}`),
        message: 'Imports go one way: types ← tensor, random ← tokenizer, model ← train ← stages ← cli.',
      });
    }
    if (!root.has(target) && !withWorld.has(target)) {
      zones.push({
        target: `./lib/${target}`,
        from: './datasets',
        message: 'Only the pipeline brings the embedded world to the library.',
      });
    }
  }
});
for (const stage of stages) {
  zones.push({
    target: `./lib/${stage}`,
    from: stages.filter((other) => other !== stage).map((other) => `./lib/${other}`),
    message: 'A stage never imports another stage: files lie between them.',
  });
}
export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'runs/', 'shims/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['lib/**/*.ts', 'datasets/**/*.ts', 'docs/**/*.ts', 'test/**/*.ts', 'experiments/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
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
    languageOptions: { globals: { require: 'readonly', process: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
