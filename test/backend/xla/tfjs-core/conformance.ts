/**
 * tfjs-core's own tests on the xla engine. The npm package brings them: some 265 files for jasmine. What each file gives is compared
 * with tfjs-core.json, which also says why a test fails or is left out. After a change that is meant:
 *
 *     RLHF_KIT_WRITE_TABLE=1 npm run conformance -- --no-file-parallelism
 *
 * writes the numbers, and each failure that has no reason yet with an empty one, for somebody to fill in.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { useEngine } from '../../../../lib/backend';
import { pluginPath } from '../pjrt/plugin-path';
import { runJasmine, type Outcome } from './jasmine';
import { watchReads } from './reads';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Tests for browsers, for other engines, and those that are left out. */
  readonly notApplicable: number;
}
interface Table {
  /** Why a test is not run, by its title. */
  readonly leftOut: Record<string, string>;
  /** Why a test fails, by its title. */
  readonly failures: Record<string, string>;
  /** Why tests of a file do not apply, by its path. */
  readonly notApplicable: Record<string, string>;
  readonly files: Record<string, Counts>;
}

const tablePath = join(__dirname, 'tfjs-core.json');
const readTable = (): Table => JSON.parse(readFileSync(tablePath, 'utf8')) as Table;
const writes = process.env['RLHF_KIT_WRITE_TABLE'] === '1';

const root = join(__dirname, '../../../../node_modules/@tensorflow/tfjs-core/dist');

/** tfjs-core's files of tests. */
export const testFiles: readonly string[] = (readdirSync(root, { recursive: true }) as string[])
  .filter((file) => file.endsWith('_test.js'))
  .sort();

const environment = { name: 'xla', backendName: 'xla', isDataSync: true };

/** What is used of tfjs-core's jasmine_util. */
interface JasmineUtil {
  setTestEnvs(environments: readonly (typeof environment)[]): void;
  envSatisfiesConstraints(flags: unknown, environment: unknown, constraints: unknown): boolean;
  describeWithFlags(name: string, constraints: unknown, tests: (environment: unknown) => void): void;
}

/** Tests whose constraints this engine does not meet are counted as skipped; tfjs-core itself would not mention them. */
async function mentionAllTests(): Promise<JasmineUtil> {
  const path = join(root, 'jasmine_util.js');
  const { env } = (await import(join(root, 'environment.js'))) as { env: () => unknown };
  vi.doMock(path, async (importActual) => {
    const actual = await importActual<JasmineUtil>();
    const words = globalThis as unknown as { xdescribe: (name: string, tests: () => void) => void };
    const describeWithFlags: JasmineUtil['describeWithFlags'] = (name, constraints, tests) => {
      actual.describeWithFlags(name, constraints, tests);
      if (!actual.envSatisfiesConstraints(env(), environment, constraints))
        words.xdescribe(name, () => tests(environment));
    };
    return { ...actual, describeWithFlags };
  });
  return (await import(path)) as JasmineUtil;
}

/** Runs the files of tests, each as one test of vitest. */
export function checkFiles(files: readonly string[]): void {
  describe.skipIf(pluginPath === undefined)('tfjs-core on xla (needs the plugin of setup xla)', () => {
    const cache = mkdtempSync(join(tmpdir(), 'rlhf-kit-conformance-'));

    let settled: () => Promise<void>;

    beforeAll(async () => {
      // Thousands of small programs are nothing that the user's cache should keep.
      process.env['RLHF_KIT_PJRT_PLUGIN'] = pluginPath;
      process.env['RLHF_KIT_CACHE'] = cache;
      await useEngine('xla');
      settled = watchReads(tf.backend());
      const util = await mentionAllTests();
      util.setTestEnvs([environment]);
      await import(join(root, 'public/chained_ops/register_all_chained_ops.js'));
      await import(join(root, 'register_all_gradients.js'));
      // jasmine_util asks for whole stacks, which each operation of a program would then keep.
      Error.stackTraceLimit = 10;
    });
    afterAll(() => rmSync(cache, { recursive: true, force: true }));

    it.each(files)('%s', { timeout: 600_000 }, async (file) => {
      const { leftOut, failures, notApplicable, files: known } = readTable();
      const outcomes = await runJasmine(
        () => import(join(root, file)),
        (title) => title in leftOut,
        settled,
      );
      const of = (status: Outcome['status']): Outcome[] => outcomes.filter((one) => one.status === status);
      const counts: Counts = {
        passed: of('passed').length,
        failed: of('failed').length,
        notApplicable: of('skipped').length,
      };
      if (writes) write(file, counts, of('failed'));
      const unexplained = of('failed').filter(({ title }) => !writes && !failures[title]);
      const report = unexplained.map(
        ({ title, messages }) => `${title}: ${messages.join('; ').slice(0, 500)}`,
      );
      expect(report, 'tests that fail and have no reason in tfjs-core.json').toEqual([]);
      const passing = of('passed').filter(({ title }) => title in failures);
      expect(passing.map(({ title }) => title), 'tests that pass, and tfjs-core.json says why they fail').toEqual([]); // prettier-ignore
      if (writes) return;
      expect(counts).toEqual(known[file]);
      expect(Boolean(notApplicable[file]), 'whether tfjs-core.json says why tests do not apply').toBe(
        counts.notApplicable > 0,
      );
    });
  });
}

function write(file: string, counts: Counts, failed: readonly Outcome[]): void {
  const table = readTable();
  table.files[file] = counts;
  for (const { title } of failed) table.failures[title] ??= '';
  writeFileSync(tablePath, `${JSON.stringify(table, null, 2)}\n`);
}
