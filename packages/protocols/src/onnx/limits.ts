/**
 * What the ONNX reader accepts before it gives up on a file. An uploaded file is never trusted:
 * every list, name and level of nesting that it can claim has an end.
 */
export interface OnnxReadLimits {
  /** Size of the whole file, in bytes. Protobuf itself ends at 2 GiB. */
  readonly fileBytesMax: number;
  /** Length of any name (tensor, graph, operator, external file), in UTF-8 bytes. */
  readonly nameBytesMax: number;
  /** Length of one metadata value, in UTF-8 bytes. */
  readonly metadataValueBytesMax: number;
  /** Number of metadata entries. */
  readonly metadataEntriesMax: number;
  /** Number of operator sets that the model imports. */
  readonly opsetsMax: number;
  /** Number of inputs, and number of outputs, of the main graph. */
  readonly valuesMax: number;
  /** Number of stored tensors, in all graphs and attributes together. */
  readonly tensorsMax: number;
  /** Number of nodes, in all graphs and functions together. */
  readonly nodesMax: number;
  /** Number of dimensions of one tensor. */
  readonly rankMax: number;
  /** Levels of graphs inside graphs (the bodies of If, Loop and Scan). */
  readonly nestingDepthMax: number;
}

const MEBIBYTE = 1024 * 1024;

export const defaultOnnxReadLimits: OnnxReadLimits = {
  fileBytesMax: 2048 * MEBIBYTE - 1,
  nameBytesMax: 4096,
  metadataValueBytesMax: MEBIBYTE,
  metadataEntriesMax: 1024,
  opsetsMax: 256,
  valuesMax: 4096,
  tensorsMax: 1_000_000,
  nodesMax: 1_000_000,
  rankMax: 64,
  nestingDepthMax: 32,
};
