/** `rlhf-kit start`: what `npm start` runs. Sets the default engine up, then runs the whole pipeline once. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BackendUnavailableError, defaultEngine, setupDefaultEngine } from '../../backend';
import * as field from '../../fields';
import { closingLines } from '../../pipeline/closing-lines';
import { pipelinePresets } from '../../pipeline/presets';
import { defaultJobs, runPipeline } from '../../pipeline/pipeline';
import { defineCommand } from '../command';

const fields = {
  out: field.path('folder of the run; a run that was stopped there goes on', {
    default: join('runs', 'start'),
  }),
  seed: field.integer('seed of every random number of the run', { default: 1, min: 0 }),
};

type StartConfig = field.ConfigOf<typeof fields>;

export const startCommand = defineCommand<StartConfig>({
  name: 'start',
  summary: 'set the default engine up and run the whole pipeline: comparisons to report',
  fields,
  example: 'npx rlhf-kit start --out runs/start',
  async run({ out, seed }) {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const report = resolve(out, 'report.html');
    if (existsSync(report)) {
      say(
        `there is a finished run already; its report is ${report}. Another one: npx rlhf-kit pipeline --seed 2 --out runs/seed-2`,
      );
      return { report };
    }
    try {
      await setupDefaultEngine((line) => say(`setup: ${line}`));
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      throw new BackendUnavailableError(
        `no native engine can be had here: ${error.message}. A small run on WebAssembly: npx rlhf-kit pipeline --preset smoke --engine wasm --out runs/smoke`,
      );
    }
    const summary = await runPipeline(pipelinePresets.default(seed), {
      out,
      resume: existsSync(out),
      engine: defaultEngine,
      jobs: defaultJobs,
      command: `rlhf-kit pipeline --preset default --seed ${seed} --out ${out}`,
    });
    for (const line of closingLines(summary, report, 'npx rlhf-kit lab opens the notebooks')) say(line);
    return { report, summary: resolve(out, 'summary.json') };
  },
});
