/** tfjs's plain JavaScript backend: always there, exact, and slow; the reference in tests. */
import * as tf from '@tensorflow/tfjs';
import type { Engine } from './engine';
import { runEagerly } from './jit';

export const cpuEngine: Engine = {
  name: 'cpu',
  purpose: 'reference for tests; a hundred times slower than tensorflow',
  jit: runEagerly,
  compiles: false,
  async start() {
    // tfjs greets Node users with an advertisement on the first operation of this backend.
    tf.env().set('PROD', true);
    await tf.setBackend('cpu');
    await tf.ready();
  },
  describe: () => `tfjs ${tf.version.tfjs}, JavaScript`,
};
