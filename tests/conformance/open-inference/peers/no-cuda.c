/*
 * perf_analyzer is linked with the library of CUDA and calls it only for --shared-memory=cuda, which these tests never
 * ask for. Machines without such a card lack it: this stands in its place, so that the program can start. Each call
 * answers cudaErrorNotSupported.
 */
int cudaFree(void) { return 801; }
int cudaMalloc(void) { return 801; }
int cudaMemcpy(void) { return 801; }
int cudaSetDevice(void) { return 801; }
int cudaIpcGetMemHandle(void) { return 801; }
const char *cudaGetErrorName(void) { return "cudaErrorNotSupported"; }
const char *cudaGetErrorString(void) { return "there is no CUDA here"; }
