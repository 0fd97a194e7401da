import { describe, expect, it } from 'vitest';
import { markedPart, rewriteMarked } from '../../../lib/experiment/findings/markers';

const marked = { name: 'experiments', madeBy: '`rlhf-kit experiment summary`' };
const text = `# Title\n\n${markedPart(marked, 'old $& numbers')}\n\nThe end.\n`;

describe('rewriteMarked', () => {
  it('changes what stands between the markers and nothing else', () => {
    const rewritten = rewriteMarked(text, marked, '| new $1 |\n');
    expect(rewritten).toBe(`# Title\n\n${markedPart(marked, '| new $1 |')}\n\nThe end.\n`);
    expect(rewriteMarked(rewritten, marked, 'old $& numbers')).toBe(text);
  });

  it('takes parts of other names for text', () => {
    const two = `${text}\n${markedPart({ ...marked, name: 'experiments 2' }, 'other')}\n`;
    expect(rewriteMarked(two, marked, 'new')).toContain('other');
  });

  it.each([
    ['no markers', '# Title\n'],
    ['no end', text.replace('<!-- experiments: end -->', '')],
    ['two of them', text + text],
    ['the end first', '<!-- experiments: end -->\n<!-- experiments: begin -->\n'],
    ['a marker within a line', text.replace('\n\nThe end', ' x\n\nThe end')],
  ])('refuses a text with %s', (_, broken) => {
    expect(() => rewriteMarked(broken, marked, 'new')).toThrow(
      "there must be one line '<!-- experiments: begin … -->' and below it one line '<!-- experiments: end -->'",
    );
  });
});
