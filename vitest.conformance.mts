import { defineConfig } from 'vitest/config';

/** tfjs-core's own tests on the xla engine: `npm run conformance`. */
export default defineConfig({
  test: {
    include: ['test/**/*.conformance.ts'],
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    setupFiles: ['test/setup.ts'],
    // They are modules without file extensions, which Node alone does not find.
    server: { deps: { inline: [/tfjs-core\/dist\//] } },
  },
});
