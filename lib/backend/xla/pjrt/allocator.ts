/** glibc's allocator, set for programs that need the same large blocks again and again. */
import koffi from 'koffi';

const trimThreshold = -1;
const mmapMax = -4;
const arenaMax = -8;

/**
 * The same for a process that is still to be started, and more of it: there the threads that programs run on share one arena, which
 * {@link keepFreedMemory} comes too late for where Node has made others (blocks above 64 MB then go back to the system), and large
 * blocks lie in large pages. Only for programs that run on processors: threads that compile for a GPU wait for each other in one arena,
 * which makes compiling three times as long, and a GPU's working memory is not the allocator's.
 */
export function allocatorEnvironment(): Record<string, string> {
  const own = process.env['GLIBC_TUNABLES'] ?? '';
  if (process.platform !== 'linux' || own.includes('glibc.malloc')) return {};
  const settings = ['hugetlb=1', 'arena_max=1', 'mmap_max=0', `trim_threshold=${2 ** 31 - 1}`];
  const tunables = settings.map((setting) => `glibc.malloc.${setting}`).join(':');
  return { GLIBC_TUNABLES: own === '' ? tunables : `${own}:${tunables}` };
}

/** A function of the C library; undefined where that has none of this name. */
function ofLibrary<F>(declaration: string): F | undefined {
  try {
    return koffi.load(null).func(declaration) as F;
  } catch {
    return undefined;
  }
}

let done = false;

/**
 * Keeps freed memory in the process: a program's working memory would otherwise be asked of the system, page by page, at every
 * run. A training step gets a quarter faster; the price is that the process stays as large as it once was.
 * Other C libraries than glibc have no such settings and are left alone.
 *
 * @see mallopt(3)
 */
export function keepFreedMemory(): void {
  if (done || process.platform !== 'linux') return;
  done = true;
  const set = ofLibrary<(parameter: number, value: number) => number>(
    'int mallopt(int parameter, int value)',
  );
  if (set === undefined) return;
  // Blocks that are mapped one by one, or in arenas of single threads, go back to the system in spite of the threshold.
  set(arenaMax, 1);
  set(mmapMax, 0);
  set(trimThreshold, 2 ** 31 - 1);
}

/** Freed memory that is kept before some is given back, bytes: to ask for it again takes up to seconds a gigabyte on a virtual machine. */
const mostKept = 2 ** 31;

let trim: ((pad: number) => number) | undefined;

/**
 * Gives kept memory back to the system where it has become much more than is in use. Working memory that one program left does not fit the
 * next where outputs have come to lie within it: a run of several large programs would grow from iteration to iteration.
 *
 * @param inUse bytes of tensors and of the working memory that is about to be asked for.
 * @see malloc_trim(3)
 */
export function giveBackFreedMemory(inUse: number): void {
  if (process.platform !== 'linux' || process.memoryUsage.rss() - inUse <= mostKept) return;
  trim ??= ofLibrary<(pad: number) => number>('int malloc_trim(size_t pad)') ?? (() => 0);
  trim(0);
}
