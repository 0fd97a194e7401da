/** Kernels that move numbers, convolutions and images, for shapes drawn at random. */
import { arrayCases } from './arrays';
import { checkKernels } from './check';
import { windowCases } from './windows';

checkKernels('kernels that move numbers', arrayCases);
checkKernels('kernels that slide a window or change an image', windowCases);
