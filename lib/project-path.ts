/** Where a project's own folders are, such as `runs`, when the process works in a folder of the project, such as `notebooks`. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * Path of a file of the project, from this process's folder. The project is, as for npm, the nearest folder from here upwards with a
 * package.json; without one it is this folder.
 */
export function projectPath(...parts: readonly string[]): string {
  return join(relative(process.cwd(), projectFolder(process.cwd())), ...parts);
}

function projectFolder(start: string): string {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return resolve(start);
  }
}
