import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ExactJson } from '../json/exact-json.ts';

export type JsonObject = { readonly [key: string]: ExactJson };

export function isObject(value: ExactJson | undefined): value is { [key: string]: ExactJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', message);
}

/** Triton's sentence for a field of the wrong type. */
export function wrongType(
  field: string,
  expected: 'array' | 'boolean' | 'object' | 'string' | 'unsigned-integer',
): ClusterError {
  return invalid(`Unable to parse ${field}: attempt to access JSON non-${expected} as ${expected}`);
}
