/** Processor time that one input may take, milliseconds. */
export const timeMsMax = 1_000;
/** By how much one input may raise the most memory that the process has had, MiB. */
export const memoryMibMax = 128;
