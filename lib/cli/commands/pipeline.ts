/** `rlhf-kit pipeline`: all stages on the embedded world, to a report. */
import * as field from '../../fields';
import { closingLines } from '../../pipeline/closing-lines';
import { pipelinePresets, presetNames } from '../../pipeline/presets';
import { defaultJobs, runPipeline } from '../../pipeline/pipeline';
import { pipelineChanges, setPipeline } from '../../pipeline/config';
import { readSettings, settingsIn } from '../../settings';
import { runFields } from '../../train/fields';
import { defineCommand } from '../command';
import { runFolder } from '../run-folder';

const fields = {
  preset: field.choice(
    presetNames,
    'sizes of everything: default (a native engine, minutes), notebook (a part of the world in a minute or two) or smoke (any engine, under a minute, shows no effect)',
    { default: 'default' },
  ),
  set: field
    .texts('a number of the configuration, path=value, as in ppo.klCoef=0.1; may be given again and again')
    .optional(),
  jobs: field.integer(
    'stages that may run at the same time, each in a process of its own with its part of the threads; another number of threads rounds differently',
    { default: defaultJobs, min: 1, source: 'ours' },
  ),
  ...runFields,
  ...pipelineChanges,
};

type PipelineCommandConfig = field.ConfigOf<typeof fields>;

export const pipelineCommand = defineCommand<PipelineCommandConfig>({
  name: 'pipeline',
  summary: 'run all stages on the embedded world and write report.html',
  fields,
  example:
    'npx rlhf-kit pipeline --preset smoke --seed 1 --set ppo.klCoef=0.1 --set reward.scoreL2Coefficient=0',
  async run({ preset, set = [], jobs, seed, engine, out: folder, resume, ...changes }) {
    const settings = { ...settingsIn(changes), ...readSettings('pipeline --set', set) };
    const config = setPipeline('pipeline', pipelinePresets[preset](seed), settings);
    const out = runFolder('pipeline', { resume, ...(folder !== undefined && { out: folder }) });
    const summary = await runPipeline(config, {
      out,
      resume,
      jobs,
      command: [
        'rlhf-kit pipeline',
        `--preset ${preset}`,
        `--seed ${seed}`,
        ...Object.entries(settings).map(([path, value]) => `--set ${path}=${value}`),
        `--out ${out}`,
      ].join(' '),
      ...(engine !== undefined && { engine }),
    });
    const lines = closingLines(
      summary,
      `${out}/report.html`,
      `the same with another seed: --seed ${seed + 1}`,
    );
    process.stderr.write(`${lines.join('\n')}\n`);
    return summary;
  },
});
