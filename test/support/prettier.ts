/** Markdown as Prettier writes it with the project's configuration. */
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const readme = join(__dirname, '..', '..', 'README.md');

export async function asPrettier(markdown: string): Promise<string> {
  return format(markdown, { ...(await resolveConfig(readme)), parser: 'markdown' });
}
