import { z } from 'zod';
import { gatewayBatchingSchema } from '../batching.ts';
import { manifestFileSchema, modelSettingsSchema, modelSignatureSchema, sha256Schema } from '../manifest.ts';
import { observedModelSchema } from '../telemetry.ts';
import { endpoint } from './endpoint.ts';
import { listPage, listQuery } from './list.ts';
import { nothing } from './page.ts';
import { routeSchema } from './routes.ts';

/** Newest versions that a model in a list comes with. */
export const listedVersionsMax = 3;
/** Newest versions that a single model comes with; `listVersions` has all of them. */
export const shownVersionsMax = 20;
/** Aliases of one model at most. */
export const modelAliasesMax = 100;
/** Entries of a lineage at most. */
export const lineageEntriesMax = 64;

export const modelDescriptionSchema = z.string().max(2_000);
export const versionNotesSchema = z.string().max(10_000);

/**
 * Where a version comes from, in words of one's own: training run, dataset, git commit, metrics. Numbers can be compared
 * between versions; a text that is an https address is shown as a link.
 */
export const lineageSchema = z
  .record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/ -]{0,63}$/, 'up to 64 letters, digits, spaces and . _ / -'),
    z.union([z.string().max(1_000), z.number()]),
  )
  .refine((lineage) => Object.keys(lineage).length <= lineageEntriesMax, `${lineageEntriesMax} entries at most`)
  .meta({ maxProperties: lineageEntriesMax });

export type Lineage = z.infer<typeof lineageSchema>;

/** A value of a lineage as it was typed: a number where it reads as one, so that versions can be compared by it. */
export function lineageValue(text: string): string | number {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
}

/** A version as it stands in its model. */
export const modelVersionSchema = z.object({
  version: z.int().positive(),
  digest: sha256Schema,
  fileCount: z.int(),
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

export const describedVersionSchema = modelVersionSchema.extend({
  notes: z.string(),
  lineage: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Grows with each change of notes and lineage. */
  revision: z.int().positive(),
  updatedAt: z.iso.datetime(),
  updatedBy: z.string(),
});

export type DescribedVersion = z.infer<typeof describedVersionSchema>;

export const wholeVersionSchema = describedVersionSchema.extend({
  /** By path. */
  files: z.array(manifestFileSchema),
});

export type WholeVersion = z.infer<typeof wholeVersionSchema>;

export const modelSchema = z.object({
  name: z.string(),
  description: z.string(),
  createdAt: z.iso.datetime(),
  /** Grows with each change of the description, the aliases and the list of versions. */
  revision: z.int().positive(),
  updatedAt: z.iso.datetime(),
  updatedBy: z.string(),
  aliases: z.record(z.string(), z.int()),
  versionCount: z.int().nonnegative(),
  lastVersionAt: z.iso.datetime().nullable(),
  /** The newest, newest first: 3 in a list, 20 in a single model. */
  versions: z.array(modelVersionSchema),
  /** The route with the model's name; null when there is none. */
  route: routeSchema.nullable(),
});

export type Model = z.infer<typeof modelSchema>;

/** One move of an alias. */
export const aliasMoveSchema = z.object({
  id: z.int(),
  alias: z.string(),
  /** Where it points since then; null when it was removed. */
  version: z.int().nullable(),
  /** Where it pointed before; null when it was new. */
  previous: z.int().nullable(),
  at: z.iso.datetime(),
  by: z.string(),
});

export type AliasMove = z.infer<typeof aliasMoveSchema>;

const nameParams = z.object({ name: z.string() });
const versionParams = z.object({ name: z.string(), version: z.coerce.number().int().positive() });
const aliasParams = z.object({ name: z.string(), alias: z.string() });

export const listModels = endpoint({
  id: 'listModels',
  method: 'GET',
  path: '/api/v1/models',
  summary: 'List models with their newest versions',
  access: 'read',
  params: nothing,
  query: listQuery({
    fields: {
      name: { type: 'text', about: 'its name', searched: true, sortable: true },
      description: { type: 'text', about: 'its description', searched: true },
      alias: { type: 'text', about: 'one of its aliases' },
      versions: { type: 'number', about: 'how many versions it has', sortable: true },
      createdAt: { type: 'time', about: 'when it was made', sortable: true },
      lastVersionAt: { type: 'time', about: 'when its newest version was made', optional: true, sortable: true },
    },
    defaultSort: 'name',
  }),
  body: nothing,
  answer: listPage(modelSchema),
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
  tag: (model) => String(model.revision),
});

export const updateModel = endpoint({
  id: 'updateModel',
  method: 'PATCH',
  path: '/api/v1/models/:name',
  summary: 'Change the description of a model',
  access: 'operator',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: z.strictObject({ description: modelDescriptionSchema }),
  answer: modelSchema,
  status: 200,
  tag: (model) => String(model.revision),
  ifMatch: true,
});

export const listVersions = endpoint({
  id: 'listVersions',
  method: 'GET',
  path: '/api/v1/models/:name/versions',
  summary: 'List the versions of a model, newest first',
  access: 'read',
  names: ['params.name'],
  params: nameParams,
  query: listQuery({
    fields: {
      version: { type: 'number', about: 'its number', sortable: true },
      alias: { type: 'text', about: 'an alias that points at it' },
      source: { type: 'one-of', about: 'how it came', values: modelVersionSchema.shape.source.options },
      sizeBytes: { type: 'number', about: 'bytes of its files', sortable: true },
      createdAt: { type: 'time', about: 'when it was made', sortable: true },
      createdBy: { type: 'text', about: 'who made it', searched: true },
      digest: { type: 'text', about: 'SHA-256 of its manifest', searched: true },
      notes: { type: 'text', about: 'its notes', searched: true },
      lineage: { type: 'text', about: 'an entry of its lineage, as `key:value`', searched: true },
    },
    defaultSort: '-version',
  }),
  body: nothing,
  answer: listPage(describedVersionSchema),
  status: 200,
});

export const getVersion = endpoint({
  id: 'getVersion',
  method: 'GET',
  path: '/api/v1/models/:name/versions/:version',
  summary: 'Show one version with its files',
  access: 'read',
  names: ['params.name'],
  params: versionParams,
  query: nothing,
  body: nothing,
  answer: wholeVersionSchema,
  status: 200,
  tag: (version) => String(version.revision),
});

export const updateVersion = endpoint({
  id: 'updateVersion',
  method: 'PATCH',
  path: '/api/v1/models/:name/versions/:version',
  summary: 'Change the notes or the lineage of a version',
  access: 'operator',
  names: ['params.name'],
  params: versionParams,
  query: nothing,
  body: z.strictObject({
    notes: versionNotesSchema.optional(),
    /** Takes the place of the whole lineage. */
    lineage: lineageSchema.optional(),
  }),
  answer: wholeVersionSchema,
  status: 200,
  tag: (version) => String(version.revision),
  ifMatch: true,
});

export const getModelBatching = endpoint({
  id: 'getModelBatching',
  method: 'GET',
  path: '/api/v1/models/:name/batching',
  summary: 'Explain how requests of a model become batches on each gateway, and what to change',
  access: 'read',
  names: ['params.name'],
  params: nameParams,
  query: nothing,
  body: nothing,
  /** Newest version first, and by gateway. */
  answer: z.object({ versions: z.array(gatewayBatchingSchema) }),
  status: 200,
});

export const resetVersion = endpoint({
  id: 'resetVersion',
  method: 'POST',
  path: '/api/v1/models/:name/versions/:version/reset',
  summary: 'Have gateways load a version anew, whatever became of it before: one that is out of service or failed',
  access: 'operator',
  names: ['params.name'],
  params: versionParams,
  query: nothing,
  body: nothing,
  answer: wholeVersionSchema,
  status: 200,
});

export const listAliasHistory = endpoint({
  id: 'listAliasHistory',
  method: 'GET',
  path: '/api/v1/models/:name/alias-history',
  summary: 'Who moved which alias, newest first',
  access: 'read',
  names: ['params.name'],
  params: nameParams,
  query: listQuery({
    fields: {
      at: { type: 'time', about: 'when it was moved', sortable: true },
      alias: { type: 'text', about: 'the alias', searched: true },
      version: { type: 'number', about: 'where it points since then', optional: true },
      by: { type: 'text', about: 'who moved it', searched: true },
    },
    defaultSort: '-at',
  }),
  body: nothing,
  answer: listPage(aliasMoveSchema),
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
  ifMatch: true,
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
  ifMatch: true,
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
  tag: (model) => String(model.revision),
  ifMatch: true,
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
  tag: (model) => String(model.revision),
  ifMatch: true,
});
