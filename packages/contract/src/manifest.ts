import { objectiveMsMax } from '@cluster-ai/core/batching/latency-objective.ts';
import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import { z } from 'zod';
import { modelConfigurationSchema } from './model-configuration.ts';

/** SHA-256 in lower-case hex: how files and versions are named. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits (SHA-256)');

/** One file of a model version. `path` is for people and runtimes; storage names files by digest. */
export const manifestFileSchema = z.object({
  path: z.string().min(1).max(255),
  sha256: sha256Schema,
  /** Bytes. */
  size: z.int().nonnegative(),
});

export type ManifestFile = z.infer<typeof manifestFileSchema>;

/**
 * The text whose SHA-256 is a version's digest: a JSON array of the files, sorted by path in code unit order, each with the
 * keys path, sha256, size in this order and no spaces. The same files give the same digest everywhere.
 */
export function canonicalManifest(files: readonly ManifestFile[]): string {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return JSON.stringify(sorted.map(({ path, sha256, size }) => ({ path, sha256, size })));
}

/** The file that a runtime opens: `model.onnx`, or the only one that ends in `.onnx`; null when there is no such file, or several. */
export function modelFileOf(files: readonly ManifestFile[]): ManifestFile | null {
  const onnx = files.filter((file) => file.path.endsWith('.onnx'));
  return onnx.find((file) => file.path === 'model.onnx') ?? (onnx.length === 1 ? (onnx[0] ?? null) : null);
}

const tensorSignatureSchema = z.object({
  name: z.string(),
  datatype: z.enum(datatypes),
  /** -1 marks a dimension that each request chooses. */
  shape: z.array(z.int().min(-1)),
});

export const modelSignatureSchema = z.object({
  inputs: z.array(tensorSignatureSchema),
  outputs: z.array(tensorSignatureSchema),
});

/** How a version is to be run; absent values are the gateway's choice. */
export const modelSettingsSchema = z.object({
  /** `shared`: with other small models in one runner process. `dedicated`: a process of its own. */
  isolation: z.enum(['shared', 'dedicated']).optional(),
  /** Copies of the session, each in its own thread. */
  instances: z.int().min(1).max(64).optional(),
  /** Rows of a merged batch at most; 0 forbids merging. */
  maxBatchSize: z.int().min(0).max(65_536).optional(),
  /**
   * What 99 of 100 requests shall keep in the queue and the model together, milliseconds: gateways pick rows, delay and
   * instances for it, within what is set above. 0: none, whatever the version's configuration or the gateway says.
   */
  latencyObjectiveMs: z.number().min(0).max(objectiveMsMax).optional(),
  /** What the version's own configuration file says; what is set above goes before it. */
  configuration: modelConfigurationSchema.optional(),
});

export type ModelSettings = z.infer<typeof modelSettingsSchema>;
