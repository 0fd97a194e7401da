import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allocatorEnvironment } from '../../../../lib/backend/xla/pjrt/allocator';

/** Its version; other C libraries keep nothing. */
const { glibcVersionRuntime: glibc } = (
  process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } }
).header;

const allocator = join(__dirname, '../../../../dist/lib/backend/xla/pjrt/allocator.js');

/** Takes and frees a block of 2.5 GB with another one behind it, and tells what the process holds before and after some is given back, in MB. */
const program = `
  const koffi = require('koffi');
  const { keepFreedMemory, giveBackFreedMemory } = require(${JSON.stringify(allocator)});
  keepFreedMemory();
  const c = koffi.load(null);
  const block = c.func('void *malloc(size_t size)')(2.5e9);
  c.func('void *memset(void *block, int value, size_t size)')(block, 1, 2.5e9);
  const behind = c.func('void *malloc(size_t size)')(6.4e7);
  c.func('void free(void *block)')(block);
  const held = () => Math.round(process.memoryUsage.rss() / 1e6);
  const freed = held();
  giveBackFreedMemory(1.2e9);
  const nearlyAllInUse = held();
  giveBackFreedMemory(0);
  console.log(JSON.stringify({ freed, nearlyAllInUse, givenBack: held() }));
`;

describe.runIf(process.platform === 'linux' && glibc !== undefined)('giveBackFreedMemory', () => {
  it('gives back what was freed and kept, but not as long as about so much is in use', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
      encoding: 'utf8',
      env: { ...process.env, ...allocatorEnvironment() },
    });
    expect(stderr).toBe('');
    const { freed, nearlyAllInUse, givenBack } = JSON.parse(stdout) as Record<string, number>;
    expect(freed).toBeGreaterThan(2500);
    expect(nearlyAllInUse).toBeGreaterThan(2500);
    expect(givenBack).toBeLessThan(300);
  });
});
