import { describe, expect, it } from 'vitest';
import { checkEngine, checkTolerance, findEngine } from '../../lib/backend';
import { engines } from '../support/engines';

describe('checkEngine', () => {
  it.each(engines)('%s computes the known product and gradient', async (name) => {
    const report = await checkEngine(findEngine(name));
    expect(report).toMatchObject({ engine: name, available: true });
    expect(report.detail).toMatch(/tfjs 4\./);
    expect(report.maxError).toBeLessThan(checkTolerance);
  });
});
