/** One build of an engine: the wheels that it is made of, and for which processor. */
import { BackendUnavailableError } from '../engine';

/** A Python wheel: a zip file on the package index. Only libraries and headers are taken out of it. */
export interface WheelPin {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** Everything of one build of the engine. */
export interface EngineBuild {
  /** Folder below the cache. */
  readonly folder: string;
  /** Node's name of the processor, and what wheels call it. */
  readonly arch: 'x64' | 'arm64';
  readonly machine: 'x86_64' | 'aarch64';
  readonly wheels: readonly WheelPin[];
  /** In words, for the announcement. */
  readonly downloadSize: string;
  readonly diskSize: string;
}

/**
 * The build for a platform.
 *
 * @param command that asks, and what else there is: for the sentence when none fits.
 * @throws {BackendUnavailableError} on a platform that no build is for.
 */
export function buildFor(
  builds: readonly EngineBuild[],
  platform: string,
  arch: string,
  command: string,
  otherwise: string,
): EngineBuild {
  const build = builds.find((candidate) => platform === 'linux' && candidate.arch === arch);
  if (build !== undefined) return build;
  throw new BackendUnavailableError(
    `${command} knows Linux on ${builds.map((known) => known.arch).join(' and ')} only, got ${platform} on ${arch}; ${otherwise}`,
  );
}
