/** What a request may hold besides its tensors, whatever protocol brings it. */

/** Longest request id, in characters: it is echoed, logged and traced. */
export const requestIdLengthMax = 1_024;

/** Parameters of one request, input or output at most. */
export const parametersMax = 256;

/** Most dimensions of one tensor; numpy has 64, models have a handful. */
export const rankMax = 32;
