import { defineConfig } from 'vitest/config';

/** The packed kit, installed in empty folders: `npm run test:package`. */
export default defineConfig({
  test: {
    include: ['test/**/*.package.ts'],
    pool: 'forks',
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
