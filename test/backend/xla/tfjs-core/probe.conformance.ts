import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { useEngine } from '../../../../lib/backend';
import { runJasmine, type Outcome } from './jasmine';

const root = join(__dirname, '../../../../node_modules/@tensorflow/tfjs-core/dist');
const only = process.env['ONLY'];
const shard = process.env['SHARD'];
it('probe', { timeout: 3_000_000 }, async () => {
  await useEngine('xla');
  const util = await import(join(root, 'jasmine_util.js'));
  util.setTestEnvs([{ name: 'xla', backendName: 'xla', isDataSync: true }]);
  await import(join(root, 'public/chained_ops/register_all_chained_ops.js'));
  await import(join(root, 'register_all_gradients.js'));
  Error.stackTraceLimit = 10;
  let files = (readdirSync(root, { recursive: true }) as string[])
    .filter((f) => f.endsWith('_test.js'))
    .sort();
  if (only) files = files.filter((f) => new RegExp(only).test(f));
  if (shard) files = files.filter((_, i) => i % 2 === Number(shard));
  const all: Record<string, Outcome[]> = {};
  for (const file of files) {
    const t = performance.now();
    try {
      all[file] = await runJasmine(() => import(join(root, file)));
    } catch (error) {
      all[file] = [{ title: 'LOAD', status: 'failed', messages: [String(error)] }];
    }
    const n = (s: string) => all[file]!.filter((o) => o.status === s).length;
    process.stderr.write(
      `${file} ${n('passed')}/${n('failed')}/${n('skipped')} ${Math.round(performance.now() - t)} ms\n`,
    );
    writeFileSync(process.env['OUT'] ?? '/tmp/probe.json', JSON.stringify(all, null, 1));
  }
});
