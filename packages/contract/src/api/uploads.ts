import { z } from 'zod';
import { manifestFileSchema, modelSettingsSchema, sha256Schema } from '../manifest.ts';
import { endpoint } from './endpoint.ts';
import { lineageSchema, modelDescriptionSchema, wholeVersionSchema, versionNotesSchema } from './models.ts';
import { nothing } from './page.ts';
import { routeSchema } from './routes.ts';

/**
 * An upload is announced with its manifest, filled file by file and committed. Each file can be continued where it
 * stopped; a file whose digest is already stored need not be sent. An upload that was never committed expires.
 */
export const uploadSchema = z.object({
  id: z.uuid(),
  model: z.string(),
  files: z.array(
    manifestFileSchema.extend({
      /** Bytes stored so far: where to continue. Equal to `size` when complete. */
      receivedBytes: z.int().nonnegative(),
    }),
  ),
  expiresAt: z.iso.datetime(),
});

export type Upload = z.infer<typeof uploadSchema>;

/**
 * Whether a new version shall take traffic. `latest`: every route with the policy `latest` for this model moves to it, and
 * the model's own route is made if there is none; a route with the policy `split` stays as it is. `none`: no route changes.
 */
export const deploySchema = z.enum(['latest', 'none']).default('latest');

const idParams = z.object({ id: z.uuid() });

export const createUpload = endpoint({
  id: 'createUpload',
  method: 'POST',
  path: '/api/v1/uploads',
  summary: 'Announce the files of a new model version',
  access: 'operator',
  names: ['body.model'],
  params: nothing,
  query: nothing,
  body: z.object({
    model: z.string(),
    files: z.array(manifestFileSchema).min(1).max(1_000),
    description: modelDescriptionSchema.optional(),
    notes: versionNotesSchema.default(''),
    lineage: lineageSchema.default({}),
    settings: modelSettingsSchema.default({}),
    deploy: deploySchema,
    /** Its number, where versions are numbered elsewhere; the next one without it. */
    version: z.int().positive().max(999_999_999).optional(),
  }),
  answer: uploadSchema,
  status: 201,
});

export const getUpload = endpoint({
  id: 'getUpload',
  method: 'GET',
  path: '/api/v1/uploads/:id',
  summary: 'Show how much of an upload has arrived',
  access: 'operator',
  names: 'model-of-the-upload',
  params: idParams,
  query: nothing,
  body: nothing,
  answer: uploadSchema,
  status: 200,
});

/** Body: `application/octet-stream`, streamed to disk. */
export const appendUploadFile = endpoint({
  id: 'appendUploadFile',
  method: 'PATCH',
  path: '/api/v1/uploads/:id/files/:sha256',
  summary: 'Append bytes to a file, from `offset` on',
  access: 'operator',
  names: 'model-of-the-upload',
  params: idParams.extend({ sha256: sha256Schema }),
  query: z.object({ offset: z.coerce.number().int().nonnegative() }),
  body: nothing,
  answer: uploadSchema,
  status: 200,
  bodyType: 'application/octet-stream',
});

/** A new version, and what became of the model's own route. */
const registered = z.object({
  model: z.string(),
  version: wholeVersionSchema,
  snapshotVersion: z.int(),
  /** The new version takes the traffic of the route with the model's name. */
  deployed: z.boolean(),
  /** The route with the model's name; null when there is none. */
  route: routeSchema.nullable(),
});

export const commitUpload = endpoint({
  id: 'commitUpload',
  method: 'POST',
  path: '/api/v1/uploads/:id/commit',
  summary: 'Make a version of a complete upload',
  access: 'operator',
  names: 'model-of-the-upload',
  params: idParams,
  query: nothing,
  body: nothing,
  answer: registered,
  status: 201,
});

export const importModel = endpoint({
  id: 'importModel',
  method: 'POST',
  path: '/api/v1/imports',
  summary: 'Fetch a model from an allowed https address',
  access: 'operator',
  names: ['body.model'],
  params: nothing,
  query: nothing,
  body: z.object({
    model: z.string(),
    url: z.url(),
    sha256: sha256Schema.optional(),
    notes: versionNotesSchema.default(''),
    lineage: lineageSchema.default({}),
    settings: modelSettingsSchema.default({}),
    deploy: deploySchema,
  }),
  answer: registered,
  status: 201,
});
