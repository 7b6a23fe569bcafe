import { z } from 'zod';
import { allEndpoints } from './all-endpoints.ts';
import { takesIdempotencyKey } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { nothing } from './page.ts';
import { problemSchema } from './problem.ts';

type Json = Readonly<Record<string, unknown>>;

/** The control API as an OpenAPI 3.1 document, made of the endpoints alone. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const target of allEndpoints) {
    const path = target.path.replaceAll(/:([A-Za-z0-9]+)/g, '{$1}');
    paths[path] = { ...paths[path], [target.method.toLowerCase()]: operation(target) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cluster AI control API',
      version,
      description:
        'Models, routes, people, keys and gateways of one installation. Errors are problem documents (RFC 9457).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes, schemas: { Problem: schemaOf(problemSchema, 'output') }, responses, headers },
  };
}

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, the admin token, or the join token of a gateway.',
  },
  session: { type: 'apiKey', in: 'cookie', name: 'cluster-ai-session', description: 'Of somebody who has signed in.' },
  csrf: {
    type: 'apiKey',
    in: 'header',
    name: 'x-csrf-token',
    description: 'Goes with the session on every call that is no GET; `getSession` tells it.',
  },
};

const headers = {
  RequestId: { description: 'Finds the request in the log.', schema: { type: 'string' } },
  ETag: { description: 'To be sent as `If-Match` with a change.', schema: { type: 'string' } },
  Replayed: {
    description: '`true` when the request was done before, and this is its first answer.',
    schema: { type: 'string', enum: ['true'] },
  },
};

const responses = {
  Problem: {
    description: 'A problem document; `code` is one of the error table.',
    headers: { 'x-request-id': { $ref: '#/components/headers/RequestId' } },
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
};

function operation(target: Endpoint): Json {
  const body = requestBody(target);
  return {
    operationId: target.id,
    summary: target.summary,
    tags: [target.path.split('/')[3] ?? 'api'],
    'x-access': target.access,
    security: securityOf(target),
    parameters: [
      ...parameters(target.params, 'path'),
      ...parameters(target.query, 'query'),
      ...headerParameters(target),
    ],
    ...(body === null ? {} : { requestBody: body }),
    responses: { ...successes(target), ...problems(target) },
  };
}

function securityOf({ access, method }: Endpoint): Json[] {
  if (access === 'public') return [];
  if (access === 'gateway') return [{ bearer: [] }];
  const session = method === 'GET' ? { session: [] } : { session: [], csrf: [] };
  // A program on this machine may read without a credential.
  return [{ bearer: [] }, session, ...(access === 'read' ? [{}] : [])];
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = objectSchema(schema);
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    // JSON leaves out what is undefined.
    description,
    schema: rest,
  }));
}

function headerParameters(target: Endpoint): Json[] {
  const header = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({
    name,
    in: 'header',
    required: false,
    description,
    schema,
  });
  return [
    ...(takesIdempotencyKey(target)
      ? [
          header('Idempotency-Key', 'Sent again with the same key within a day, the request is done once.', {
            type: 'string',
            pattern: '^[!#-~]{1,255}$',
          }),
        ]
      : []),
    ...(target.ifMatch === true ? [header('If-Match', 'ETag of the state that the change builds on.')] : []),
    ...(target.tag !== undefined && target.method === 'GET'
      ? [header('If-None-Match', 'ETag of the answer that is there already.')]
      : []),
  ];
}

function requestBody(target: Endpoint): Json | null {
  if (target.bodyType !== undefined) {
    return { required: true, content: { [target.bodyType]: { schema: { type: 'string', format: 'binary' } } } };
  }
  if (target.method === 'GET' || target.body === nothing) return null;
  const schema = schemaOf(target.body, 'input');
  const required = Array.isArray(schema['required']) && schema['required'].length > 0;
  return { required, content: { 'application/json': { schema } } };
}

function successes(target: Endpoint): Json {
  const answerHeaders = {
    'x-request-id': { $ref: '#/components/headers/RequestId' },
    ...(target.tag === undefined ? {} : { etag: { $ref: '#/components/headers/ETag' } }),
    ...(takesIdempotencyKey(target) ? { 'idempotency-replayed': { $ref: '#/components/headers/Replayed' } } : {}),
  };
  if (target.status === 302) {
    const location = { description: 'Where the browser goes next.', schema: { type: 'string' } };
    return { 302: { description: 'A redirect.', headers: { ...answerHeaders, location } } };
  }
  const content = contentOf(target);
  return {
    [target.status]: { description: target.summary, headers: answerHeaders, content },
    ...(target.answerType === 'application/octet-stream'
      ? { 206: { description: 'The part that `Range` asks for.', headers: answerHeaders, content } }
      : {}),
    ...(target.tag !== undefined && target.method === 'GET'
      ? { 304: { description: 'The answer is still the one of `If-None-Match`.', headers: answerHeaders } }
      : {}),
  };
}

function contentOf(target: Endpoint): Json {
  if (target.answerType === undefined) {
    return { 'application/json': { schema: schemaOf(target.answer, 'output') } };
  }
  const types = target.answerType.split(',').map((type) => type.trim());
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }]));
}

/** How a call can end besides success. */
function problems(target: Endpoint): Json {
  const isWrite = target.method !== 'GET';
  const statuses = [
    400,
    401,
    403,
    404,
    ...(isWrite ? [409, 413, 415, 422, 429] : []),
    ...(target.ifMatch === true ? [412] : []),
    431,
    503,
  ];
  const refs = statuses.map((status) => [status, { $ref: '#/components/responses/Problem' }]);
  // What is rare, as a disk that is full, and what would be a defect.
  return { ...Object.fromEntries(refs), '5XX': { $ref: '#/components/responses/Problem' } };
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

function objectSchema(schema: z.ZodType): ObjectSchema {
  return schemaOf(schema, 'input');
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
