/** `rlhf-kit evaluate`: policies by name and folder, and a judge by name. */
import * as field from '../../fields';
import { InputError } from '../../errors';
import { evaluateStage } from '../../evaluation/stage';
import { modelFolder } from '../../flow/formats';
import { givenInput, recordInput } from '../../flow/input';
import { resolveScorer, scorerFiles } from '../scorers';
import { commandOf } from '../stage-command';

const fields = {
  policies: field.text('what to compare: name=model directory, separated by commas'),
};

export const evaluateCommand = commandOf(evaluateStage, {
  fields,
  example:
    '--policies sft=runs/sft-01/model,ppo=runs/ppo-01/model --baseline sft --prompts prompts.jsonl --judge vader',
  inputs: ({ policies, baseline, judge }) => {
    const directories = parsePolicies(policies);
    if (!directories.has(baseline)) {
      throw new InputError(
        `evaluate: the baseline '${baseline}' is not among the policies (${[...directories.keys()].join(', ')})`,
      );
    }
    return {
      policies: recordInput(
        Object.fromEntries(
          [...directories].map(([name, path]) => [name, givenInput(__filename, { path }, modelFolder)]),
        ),
      ),
      judge: {
        sources: scorerFiles(judge).map((path) => ({ path })),
        modules: [__filename],
        open: async () => ({ value: await resolveScorer(judge), close: () => {} }),
      },
    };
  },
});

/** `sft=runs/a/model,ppo=runs/b/model` by name. A comma inside a path is part of it. */
export function parsePolicies(text: string): Map<string, string> {
  const directories = new Map<string, string>();
  for (const entry of text.split(/,(?=[^,=/\\]+=)/)) {
    const [, name, directory] = /^([^=]+)=(.+)$/.exec(entry.trim()) ?? [];
    if (name === undefined || directory === undefined) {
      throw new InputError(
        `evaluate: '--policies' must be name=directory, separated by commas, got '${entry}'`,
      );
    }
    if (directories.has(name)) throw new InputError(`evaluate: '--policies' names '${name}' twice`);
    directories.set(name, directory);
  }
  return directories;
}
