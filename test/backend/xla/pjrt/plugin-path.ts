import { BackendUnavailableError } from '../../../../lib/backend';
import { findPlugin } from '../../../../lib/backend/setup/xla';

/** The plugin that tests use; undefined, and the tests say so, where there is none. */
export const pluginPath: string | undefined = find();

function find(): string | undefined {
  try {
    return findPlugin();
  } catch (error) {
    if (error instanceof BackendUnavailableError) return undefined;
    throw error;
  }
}
