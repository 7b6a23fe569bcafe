import { z } from 'zod';

// Two programs in miniature, with every kind of setting that the real ones have.
export const gatewayTestSchema = z.strictObject({
  home: z.string().min(1),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8000),
      bodyBytesMax: z.int().min(1_024).default(67_108_864),
      headerBytesMax: z.int().min(1_024).default(32_768),
    })
    .prefault({}),
  metrics: z.strictObject({ port: z.int().min(0).max(65_535).default(8002) }).prefault({}),
  auth: z.enum(['loopback-exempt', 'required']).default('loopback-exempt'),
  admission: z.strictObject({ inFlightMax: z.int().min(1).max(1_000_000).default(8_192) }).prefault({}),
  batching: z.strictObject({ enabled: z.boolean().default(true), rowsMax: z.int().min(1).default(64) }).prefault({}),
  runner: z.strictObject({ slotsMax: z.int().min(1).max(1_024).default(32) }).prefault({}),
  control: z
    .strictObject({ url: z.union([z.array(z.string().min(1)).min(1), z.string().min(1)]).default('http://one') })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

export const controlPlaneTestSchema = z.strictObject({
  home: z.string().min(1),
  database: z.strictObject({ url: z.string().meta({ secret: true, env: 'DATABASE_URL' }) }),
  auth: z.strictObject({ adminTokenFile: z.string(), gatewayTokenFile: z.string() }),
  sources: z.strictObject({ httpsAllow: z.array(z.string()).default([]) }).prefault({}),
});
