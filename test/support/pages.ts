/** Pages of the documentation for tests. */
import { join } from 'node:path';
import { readText } from '../../lib/files';

export const project = join(__dirname, '..', '..');

/** The code of a page's blocks of a language. */
export function blocksOf(page: string, language: string): string[] {
  const text = readText(join(project, page));
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] as string,
  );
}
