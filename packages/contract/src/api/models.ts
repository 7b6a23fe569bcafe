import { z } from 'zod';
import { manifestFileSchema, modelSettingsSchema, modelSignatureSchema, sha256Schema } from '../manifest.ts';
import { observedModelSchema } from '../telemetry.ts';
import { endpoint } from './endpoint.ts';
import { nothing, page, pageQuery } from './page.ts';

export const modelVersionSchema = z.object({
  version: z.int().positive(),
  digest: sha256Schema,
  files: z.array(manifestFileSchema),
  sizeBytes: z.number(),
  signature: modelSignatureSchema,
  settings: modelSettingsSchema,
  /** `upload`, `repository` (a watched folder), `https`, `example`. */
  source: z.enum(['upload', 'repository', 'https', 'example']),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  /** Observed state, one entry a gateway that has it. */
  observed: z.array(observedModelSchema.extend({ gateway: z.string() })),
});

export type ModelVersion = z.infer<typeof modelVersionSchema>;

export const modelSchema = z.object({
  name: z.string(),
  description: z.string(),
  createdAt: z.iso.datetime(),
  aliases: z.record(z.string(), z.int()),
  /** Newest first. */
  versions: z.array(modelVersionSchema),
});

export type Model = z.infer<typeof modelSchema>;

const nameParams = z.object({ name: z.string() });
const versionParams = z.object({ name: z.string(), version: z.coerce.number().int().positive() });
const aliasParams = z.object({ name: z.string(), alias: z.string() });

export const listModels = endpoint({
  id: 'listModels',
  method: 'GET',
  path: '/api/v1/models',
  summary: 'List models with their versions',
  access: 'read',
  params: nothing,
  query: pageQuery,
  body: nothing,
  answer: page(modelSchema),
  status: 200,
});

export const getModel = endpoint({
  id: 'getModel',
  method: 'GET',
  path: '/api/v1/models/:name',
  summary: 'Show one model',
  access: 'read',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: nothing,
  answer: modelSchema,
  status: 200,
});

export const deleteModel = endpoint({
  id: 'deleteModel',
  method: 'DELETE',
  path: '/api/v1/models/:name',
  summary: 'Delete a model, its versions and its own route',
  access: 'operator',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: nothing,
  answer: z.object({ deleted: z.string(), versions: z.int() }),
  status: 200,
});

export const deleteModelVersion = endpoint({
  id: 'deleteModelVersion',
  method: 'DELETE',
  path: '/api/v1/models/:name/versions/:version',
  summary: 'Delete one version that no route uses',
  access: 'operator',
  names: ['params.name'],
  params: versionParams,
  query: nothing,
  body: nothing,
  answer: z.object({ deleted: z.string() }),
  status: 200,
});

export const setAlias = endpoint({
  id: 'setAlias',
  method: 'PUT',
  path: '/api/v1/models/:name/aliases/:alias',
  summary: 'Point an alias at a version',
  access: 'operator',
  names: ['params.name'],
  params: aliasParams,
  query: nothing,
  body: z.object({ version: z.int().positive() }),
  answer: modelSchema,
  status: 200,
});

export const deleteAlias = endpoint({
  id: 'deleteAlias',
  method: 'DELETE',
  path: '/api/v1/models/:name/aliases/:alias',
  summary: 'Remove an alias',
  access: 'operator',
  names: ['params.name'],
  params: aliasParams,
  query: nothing,
  body: nothing,
  answer: modelSchema,
  status: 200,
});
