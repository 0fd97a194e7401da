/** Short votes for tests: `vote('x>y')` is a win of x, `vote('x=y')` a tie; texts are the response ids. */
import type { Comparison } from '../../lib/types';

export function vote(said: string, annotator = 'ann', promptId = 'p'): Comparison {
  const [, a = '', sign, b = ''] = /^(.*)([>=])(.*)$/.exec(said) ?? [];
  return {
    promptId,
    prompt: `prompt ${promptId}`,
    a: { responseId: a, text: `text ${a}` },
    b: { responseId: b, text: `text ${b}` },
    winner: sign === '=' ? 'tie' : 'a',
    annotator,
  };
}
