/** Writes the reference of commands into docs/commands.md from the built commands: `npm run docs`. */
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import commandsModule from '../dist/lib/cli/commands/index.js';
import referenceModule from '../dist/lib/cli/reference.js';
import updateModule from '../dist/lib/experiment/findings/update-marked.js';

const path = join(dirname(fileURLToPath(import.meta.url)), 'commands.md');
const changed = updateModule.updateMarked(path, {
  marked: referenceModule.referenceMarkers,
  content: referenceModule.commandReference(commandsModule.commands),
});
process.stderr.write(`docs/commands.md: ${changed ? 'written' : 'up to date'}\n`);
