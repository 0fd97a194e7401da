/** Kernels that have no compiled form. Outside of a step they run on the host, which reads the values; a step cannot use them. */

const shapeFromValues = 'the shape of its result depends on values';
const text = 'it works on text';
const unwritten = 'nobody has written it as a program yet';

/** Why each has none. */
export const notCompiled: Readonly<Record<string, string>> = {
  Unique: shapeFromValues,
  NonMaxSuppressionV3: shapeFromValues,
  NonMaxSuppressionV4: shapeFromValues,
  NonMaxSuppressionV5: shapeFromValues,
  BroadcastArgs: shapeFromValues,
  RaggedGather: shapeFromValues,
  RaggedRange: shapeFromValues,
  RaggedTensorToTensor: shapeFromValues,
  SparseFillEmptyRows: shapeFromValues,
  SparseReshape: shapeFromValues,
  SparseSegmentMean: shapeFromValues,
  SparseSegmentSum: shapeFromValues,
  StaticRegexReplace: text,
  StringNGrams: text,
  StringSplit: text,
  StringToHashBucketFast: text,
  Multinomial: 'it draws random numbers on the host, which must be an argument of a step',
  Draw: 'it draws on a canvas',
  Transform: unwritten,
  Dilation2D: unwritten,
  Dilation2DBackpropInput: unwritten,
  Dilation2DBackpropFilter: unwritten,
};
