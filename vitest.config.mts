import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

/** CI counts the tests in this file. */
const report = process.env['RLHF_KIT_TEST_REPORT'];

/** The form that dist loads: the ES module compiles its WebAssembly on the side, and is not ready when it is imported. */
const cephes = createRequire(import.meta.url).resolve('cephes');

export default defineConfig({
  resolve: { alias: { cephes } },
  test: {
    include: ['test/**/*.test.ts'],
    // A native engine may be loaded only once in a process: each file gets a process of its own.
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: ['test/setup.ts'],
    reporters: report === undefined ? ['default'] : ['default', 'json'],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
