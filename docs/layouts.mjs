/** Writes one row of each layout into docs/layouts.md from the built readers: `npm run docs`. */
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import updateModule from '../dist/lib/experiment/findings/update-marked.js';
import referenceModule from '../dist/lib/preferences/readers/layout-reference.js';
import openModule from '../dist/lib/preferences/readers/open.js';

const path = join(dirname(fileURLToPath(import.meta.url)), 'layouts.md');
const changed = updateModule.updateMarked(path, {
  marked: referenceModule.layoutMarkers,
  content: referenceModule.layoutReference(openModule.layouts),
});
process.stderr.write(`docs/layouts.md: ${changed ? 'written' : 'up to date'}\n`);
