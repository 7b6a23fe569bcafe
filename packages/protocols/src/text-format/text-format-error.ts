import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Where something stands in a text, counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** An error of a file in Protocol Buffers' text format, with its place. */
export function textFormatError({ line, column }: TextPlace, message: string, fix?: string): ClusterError {
  const extras = fix === undefined ? {} : { fix };
  return new ClusterError('MODEL_INVALID', `line ${line}, column ${column}: ${message}`, extras);
}
