/** Where in the user's program an operation of a step comes from. */
import { dirname } from 'node:path';

/** Frames that tfjs puts between an operation and its caller are many. */
export const stackDepth = 60;

/** The first place on a stack that is neither tfjs's nor the tracer's. */
export function userPlace(stack: string | undefined): string {
  const lines = (stack ?? '').split('\n').slice(1);
  const own = lines.find(
    (line) => !/@tensorflow|tfjs-core|node:internal/.test(line) && !line.includes(dirname(__filename)),
  );
  return own?.trim().replace(/^at /, '') ?? 'an unknown place';
}
