/** Loaded with `node --import`: a machine on which `rlhf-kit setup tensorflow` was never run. */
import Module from 'node:module';

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request.startsWith('@tensorflow/tfjs-node-gpu')) throw new Error(`Cannot find module '${request}'`);
  return resolve.call(this, request, ...rest);
};
