import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.conformance.ts'],
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    setupFiles: ['test/setup.ts'],
    server: { deps: { inline: [/tfjs-core\/dist\//] } },
  },
});
