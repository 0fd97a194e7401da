/** Word of an engine that compiles, for whoever shows progress: the process does nothing else meanwhile, at times for half a minute. */

const watchers = new Set<() => void>();

/** @param watcher called before a program is compiled that takes long; not for one that is loaded from the disk. @returns ends it. */
export function watchCompiling(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Engines call it before they compile such a program. */
export function announceCompiling(): void {
  for (const watcher of watchers) watcher();
}
