/** Puts the engine in place that runs when nobody chooses. */
import { BackendUnavailableError } from '../engine';
import type { SetupResult } from './cache';
import { findPlugin, setupXla } from './xla';

/**
 * Leaves a plugin that is there as it is, whichever it is; fetches the one for processors where there is none.
 *
 * @throws {BackendUnavailableError} as `setupXla`.
 */
export async function setupDefaultEngine(say: (line: string) => void): Promise<SetupResult> {
  try {
    const directory = findPlugin();
    say('the xla plugin is in place');
    return { changed: false, directory };
  } catch (error) {
    if (!(error instanceof BackendUnavailableError)) throw error;
  }
  return setupXla(say);
}
