/** Data and models that the kit does not bring: notebooks and experiments use them where they are, and say so where they are not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../project-path';

/**
 * Path of a file or folder below `data` in the shared folder: `RLHF_KIT_SHARED`, else `shared` beside the project's
 * folder.
 *
 * @returns undefined where it is not.
 */
export function sharedFile(...parts: readonly string[]): string | undefined {
  const path = join(process.env['RLHF_KIT_SHARED'] ?? projectPath('..', 'shared'), 'data', ...parts);
  return existsSync(path) ? path : undefined;
}
