import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { filterVotes } from '../../lib/filter/chain';
import { filterFields } from '../../lib/filter/config';
import { reportMarkdown } from '../../lib/filter/report';
import { parseConfig } from '../../lib/config';
import { vote } from './make-vote';

describe('reportMarkdown', () => {
  const votes = [vote('x>y', 'm'), vote('x>y', 'm'), vote('x>y', 'n|o'), vote('x=z')];
  const { report } = filterVotes(votes, parseConfig('filter', filterFields, {}));

  it('says what was read, removed for each reason, kept and set aside', () => {
    const page = reportMarkdown(report, 2);
    expect(page).toContain('4 votes on 1 prompts by 3 annotators; 1 pairs kept.');
    expect(page).toContain('2 rows of the input could not be used');
    expect(page).toMatch(/^\| the same annotator gave the same verdict before +\| +1 \|$/m);
    expect(page).toMatch(/^\| tie +\| +1 \|$/m);
  });

  it('has tables as Prettier writes them, whatever annotators are called', async () => {
    const page = reportMarkdown(report);
    expect(page).toContain('m – n\\|o');
    expect(await format(page, { parser: 'markdown' })).toBe(page);
  });
});
