/**
 * The whole environment of a runner: models are not trusted, so nothing of the gateway's own is passed on. Not even the
 * place of Node's compile cache: what a runner wrote there, the gateway would execute.
 *
 * The thresholds keep the C library from holding freed model weights back: without them almost nothing returns to the
 * system when a model is unloaded. The tunable has it ask for huge pages: more than half of a load was the kernel handing
 * out 4 KiB after 4 KiB, and runs that read all weights find them sooner. ONNX Runtime reports its use to its makers unless it is told not to: what runs here
 * is nobody else's business.
 */
export function runnerEnvironment(): Record<string, string> {
  return {
    MALLOC_TRIM_THRESHOLD_: '131072',
    MALLOC_MMAP_THRESHOLD_: '131072',
    MALLOC_ARENA_MAX: '2',
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
    ORT_DISABLE_TELEMETRY: '1',
  };
}
