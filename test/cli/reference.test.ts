import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../lib/cli/commands';
import { commandReference, referenceMarkers } from '../../lib/cli/reference';
import { flagName } from '../../lib/cli/command';
import { rewriteMarked } from '../../lib/experiment/findings/markers';
import { readText } from '../../lib/files';
import { factsOf } from '../../lib/config';
import type { Fields } from '../../lib/fields';

describe('commandReference', () => {
  const reference = commandReference(commands);

  it('is what docs/commands.md has (npm run build && npm run docs makes it current)', () => {
    const page = readText(join(__dirname, '..', '..', 'docs', 'commands.md'));
    expect(rewriteMarked(page, referenceMarkers, reference)).toBe(page);
  });

  it('has every command with an example, every flag and every part', () => {
    const sections = reference.split(/^### /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(commands.map(({ name }) => name));
    commands.forEach(({ fields }, i) => {
      expect(sections[i]).toMatch(/^Examples?\n {2}npx rlhf-kit /m);
      for (const [key, field] of Object.entries(fields as Fields)) {
        // A part has no flag: a file of settings holds it.
        const said = factsOf(field).type === 'object' ? `\\b${key}\\b` : `^ +--${flagName(key)}$`;
        expect(sections[i]).toMatch(new RegExp(said, 'm'));
      }
    });
  });
});
