/** Runs files of jasmine tests one by one, each in an environment of its own. */
import { createRequire } from 'node:module';

export type Status = 'passed' | 'failed' | 'skipped';

export interface Outcome {
  /** Titles of the suites and of the test. */
  readonly title: string;
  readonly status: Status;
  readonly messages: readonly string[];
}

/** Jasmine's words; those that only tests use are not named. */
interface Words {
  readonly jasmine: { DEFAULT_TIMEOUT_INTERVAL: number; getEnv(): Environment };
  afterEach(then: () => Promise<void>): void;
}
// Jasmine brings no types.
const jasmineCore = createRequire(__filename)('jasmine-core') as { noGlobals(fresh: boolean): Words };

interface Environment {
  configure(options: { random: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void;
  addReporter(reporter: { specDone(spec: Spec): void; suiteDone(suite: Spec): void }): void;
  execute(): Promise<unknown>;
}
interface Spec {
  readonly fullName: string;
  readonly status: string;
  readonly failedExpectations: readonly { readonly message: string }[];
}

const statuses: Readonly<Record<string, Status>> = { passed: 'passed', failed: 'failed' };

/**
 * @param load imports the file: jasmine's words are globals by then.
 * @param leftOut by title.
 * @param settled waits for what a test left under way: an expectation that comes late is still the test's, and fails it if it does
 * not hold. Nothing is left for the next test, or for vitest, to trip over.
 */
export async function runJasmine(
  load: () => Promise<unknown>,
  leftOut: (title: string) => boolean,
  settled: () => Promise<void>,
): Promise<Outcome[]> {
  const words = jasmineCore.noGlobals(true);
  Object.assign(globalThis, words);
  words.jasmine.DEFAULT_TIMEOUT_INTERVAL = 20_000;
  const environment = words.jasmine.getEnv();
  environment.configure({ random: false, specFilter: (spec) => !leftOut(spec.getFullName()) });
  words.afterEach(settled);
  const outcomes: Outcome[] = [];
  const done = ({ fullName, status, failedExpectations }: Spec): void => {
    const messages = failedExpectations.map(({ message }) => message);
    outcomes.push({ title: fullName, status: statuses[status] ?? 'skipped', messages });
  };
  environment.addReporter({
    specDone: done,
    // What goes wrong around the tests of a suite.
    suiteDone: (suite) => {
      if (suite.failedExpectations.length > 0) done({ ...suite, status: 'failed' });
    },
  });
  await load();
  await environment.execute();
  return outcomes;
}
