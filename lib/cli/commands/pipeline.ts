/** `rlhf-kit pipeline`: all stages on the embedded world, to a report. */
import type { FieldTable } from '../../config';
import { pipelinePresets, presetNames, type PresetName } from '../../pipeline/presets';
import { defaultJobs, runPipeline } from '../../pipeline/pipeline';
import { runFields, type RunConfig } from '../../train/fields';
import { defineCommand } from '../command';
import { runFolder } from '../run-folder';

interface PipelineCommandConfig extends RunConfig {
  readonly preset: PresetName;
  readonly jobs: number;
}

const fields: FieldTable<PipelineCommandConfig> = {
  preset: {
    doc: 'sizes of everything: default (a native engine, minutes), notebook (a part of the world in a minute or two) or smoke (any engine, under a minute, shows no effect)',
    type: presetNames,
    default: 'default',
  },
  jobs: {
    doc: 'stages that may run at the same time, each in a process of its own with its part of the threads; another number of threads rounds differently',
    type: 'integer',
    default: defaultJobs,
    min: 1,
    source: 'ours',
  },
  ...runFields,
};

export const pipelineCommand = defineCommand<PipelineCommandConfig>({
  name: 'pipeline',
  summary: 'run all stages on the embedded world and write report.html',
  fields,
  example: 'npx rlhf-kit pipeline --preset smoke --seed 1',
  async run({ preset, jobs, seed, engine, ...place }) {
    const { resume } = place;
    const out = runFolder('pipeline', place);
    const summary = await runPipeline(pipelinePresets[preset](seed), {
      out,
      resume,
      jobs,
      command: `rlhf-kit pipeline --preset ${preset} --seed ${seed} --out ${out}`,
      ...(engine !== undefined && { engine }),
    });
    process.stderr.write(`report: ${out}/report.html\n`);
    return summary;
  },
});
