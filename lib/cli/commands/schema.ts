/** `rlhf-kit schema`: what a file of settings may hold, for editors. */
import { jsonSchemaOf } from '../../config';
import { unknownName } from '../../errors';
import { experimentFields } from '../../experiment/config';
import * as field from '../../fields';
import type { Fields } from '../../fields';
import { defineCommand, type Command } from '../command';

const fields = {
  of: field.text('the command whose --config file it describes; experiment: config.json of an experiment'),
};

/** What `schema` shows instead of the flags of a command. */
const files: Readonly<Record<string, { readonly title: string; readonly fields: Fields }>> = {
  experiment: { title: 'config.json of an experiment', fields: experimentFields },
};

/** @param commands those that have a schema. */
export function schemaCommand(commands: readonly Command[]): Command {
  return defineCommand<field.ConfigOf<typeof fields>>({
    name: 'schema',
    summary: 'print the JSON Schema of a --config file, for editors',
    fields,
    positionals: ['of'],
    example: 'npx rlhf-kit schema ppo > ppo.schema.json',
    run({ of }) {
      const command = commands.find(({ name }) => name === of);
      if (command === undefined)
        throw unknownName(
          'schema',
          'command',
          of,
          commands.map(({ name }) => name),
        );
      const file = files[of] ?? { title: `rlhf-kit ${of} --config`, fields: command.fields as Fields };
      const schema = jsonSchemaOf(file.title, file.fields);
      return Promise.resolve(JSON.stringify(schema, null, 2));
    },
  });
}
