import { roles } from '@cluster-ai/core/access/roles.ts';
import { z } from 'zod';
import { corsSchema, plaintextSchema, tlsSchema, trustedProxiesSchema } from './listener.ts';
import { fixedSettingsSchema } from './runtime-settings.ts';

/** Only what stays on this machine may be asked without TLS. */
const oidcIssuer = /^(https:\/\/\S+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/\S*)?)$/;

const milliseconds = (fallback: number, max: number) => z.int().min(1).max(max).default(fallback);

/** Settings of the control plane. Default < YAML file < environment (`CLUSTER_AI_CONTROL_PLANE_…`) < flag. */
export const controlPlaneConfigSchema = z.strictObject({
  home: z
    .string()
    .min(1)
    .describe(
      'Folder of this control plane alone; model files and uploads are in it, too, unless `storage.folder` is set.',
    ),
  storage: z
    .strictObject({
      folder: z
        .string()
        .min(1)
        .optional()
        .describe('Folder for model files and uploads. Control planes on one database share it.'),
    })
    .prefault({}),
  http: z
    .strictObject({
      host: z
        .string()
        .default('127.0.0.1')
        .describe('Address of the front door. Other than loopback addresses need TLS, or `http.plaintext`.'),
      port: z.int().min(0).max(65_535).default(3000).describe('Port of dashboard and API; 0 takes a free one.'),
      requestTimeoutMs: milliseconds(60_000, 3_600_000).describe(
        'A request header must have arrived within this time, and then a body in JSON within as much again.',
      ),
      silenceTimeoutMs: z
        .int()
        .min(30_000)
        .max(3_600_000)
        .default(120_000)
        .describe(
          'A connection over which no byte comes or goes for this long is closed: also one of a client that does not take its answer. Gateways wait up to 25 s for news.',
        ),
      connectionsMax: z.int().min(1).max(1_000_000).default(5_000).describe('Connections at once.'),
      plaintext: plaintextSchema,
      tls: tlsSchema,
      publicUrl: z
        .string()
        .optional()
        .describe('Where people open the front door, `https://cluster-ai.example.com`: links begin with it.'),
      allowedHosts: z
        .array(z.string())
        .default([])
        .describe('Further host names that the front door answers to, beside that of `http.publicUrl`.'),
      trustedProxies: trustedProxiesSchema,
      cors: corsSchema,
    })
    .prefault({}),
  metrics: z
    .strictObject({
      host: z
        .string()
        .default('127.0.0.1')
        .describe('Address of the metrics listener. Other than loopback addresses need `metrics.plaintext`.'),
      port: z
        .int()
        .min(0)
        .max(65_535)
        .optional()
        .describe(
          'Port of a listener of its own for /metrics, /livez and /readyz, which asks for no key; 0 takes a free one. Unset: none, and /metrics is behind the front door, for a key with the action `read`.',
        ),
      plaintext: z
        .enum(['loopback-only', 'allowed'])
        .default('loopback-only')
        .describe('`allowed` lets it have other than loopback addresses: this listener asks for no key.'),
    })
    .prefault({}),
  database: z.strictObject({
    url: z
      .string()
      .describe('PostgreSQL address (DATABASE_URL). `up` fills in its embedded one.')
      .meta({ secret: true, env: 'DATABASE_URL' }),
    poolMax: z.int().min(1).max(500).default(10).describe('Connections at once.'),
    connectTimeoutMs: milliseconds(3_000, 60_000).describe('Wait for a connection at most.'),
    statementTimeoutMs: milliseconds(15_000, 600_000).describe('One statement at most.'),
  }),
  redis: z
    .strictObject({
      url: z
        .string()
        .regex(/^rediss?:\/\/\S+$/, 'an address that begins with redis:// or rediss://')
        .optional()
        .describe(
          'Redis address (REDIS_URL), `rediss://` with TLS. Sessions and failed sign-ins are kept there, without it in PostgreSQL. Each installation needs a database number of its own.',
        )
        .meta({ secret: true, env: 'REDIS_URL' }),
      connectTimeoutMs: milliseconds(2_000, 60_000).describe('Wait for a connection at most.'),
      commandTimeoutMs: milliseconds(1_000, 60_000).describe('One command at most.'),
      readiness: z
        .enum(['independent', 'required'])
        .default('independent')
        .describe(
          '`required` turns /readyz red while Redis is away and nobody can sign in. Only where readiness is looked at and leads no calls, as in the compose set: elsewhere keys and gateways would lose their control plane, too.',
        ),
    })
    .prefault({}),
  auth: z.strictObject({
    adminTokenFile: z.string().describe('File with the admin token.'),
    gatewayTokenFile: z.string().describe('File with the join token of gateways.'),
    loopback: z
      .enum(['exempt', 'required'])
      .default('exempt')
      .describe('`required` ends the loopback exemption: reading and predicting need a session or a key here, too.'),
  }),
  oidc: z
    .strictObject({
      issuer: z
        .string()
        .regex(oidcIssuer, 'an https address; http only on this machine')
        .optional()
        .describe('Address of an OpenID Connect provider with which people sign in.'),
      clientId: z.string().min(1).optional().describe('The name of this installation there.'),
      clientSecretFile: z.string().optional().describe('File with its secret; without it the client is a public one.'),
      caFile: z
        .string()
        .min(1)
        .optional()
        .describe("PEM file that the provider's certificate is checked against in place of the system's CAs."),
      label: z.string().min(1).max(64).default('Single sign-on').describe('What the button of the sign-in page says.'),
      scopes: z
        .array(z.string())
        .default(['openid', 'email', 'profile'])
        .describe('What is asked of the provider. `openid` is always asked for.'),
      roleClaim: z
        .string()
        .min(1)
        .default('groups')
        .describe('Claim with the groups or roles of a person; dots lead into objects: `realm_access.roles`.'),
      roleMapping: z
        .array(z.string().regex(/^.+=(viewer|operator|admin)$/, '<value of the claim>=<viewer, operator or admin>'))
        .default([])
        .describe(
          'Values of that claim and the roles that they give, as `ml-team=operator`; the highest counts, at each sign-in. Without any, roles are given here.',
        ),
      defaultRole: z
        .enum(roles)
        .optional()
        .describe('Role of people to whom no value gives one. Without it they are refused.'),
      allowedEmailDomains: z
        .array(z.string())
        .default([])
        .describe('Only people with a verified address of one of these domains; empty is every one.'),
    })
    .prefault({}),
  uploads: z
    .strictObject({
      bytesMax: z
        .int()
        .min(1)
        .default(10 * 2 ** 30)
        .describe('Largest model version, bytes.'),
      expireAfterMs: z
        .int()
        .min(1_000)
        .default(24 * 3_600_000)
        .describe('An upload without progress is removed after this time.'),
    })
    .prefault({}),
  sources: z
    .strictObject({
      httpsAllow: z
        .array(z.string())
        .default([])
        .describe('Hosts (or host/path prefixes) that models may be fetched from.'),
      httpsTimeoutMs: milliseconds(600_000, 3_600_000).describe('One fetch at most.'),
      repository: z
        .string()
        .optional()
        .describe('Folder in the layout <model>/<version>/model.onnx, watched for changes.'),
      repositoryPollMs: milliseconds(2_000, 3_600_000).describe('How often the folder is looked at.'),
      examples: z
        .array(z.string())
        .default([])
        .describe('Folders of example models, imported once into an empty registry.'),
    })
    .prefault({}),
  gateway: z
    .strictObject({
      url: z.string().default('http://127.0.0.1:8000').describe('Gateway behind /predict/*.'),
      caFile: z
        .string()
        .min(1)
        .optional()
        .describe(
          "PEM file that the gateway's certificate is checked against in place of the system's CAs: its CA, or itself.",
        ),
    })
    .prefault({}),
  dashboard: z.string().optional().describe('Folder with the built dashboard.'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe level that is written.'),
    })
    .prefault({}),
  /** Given here, they win over the database: see `runtime-settings.ts`. */
  settings: fixedSettingsSchema.prefault({}),
  shutdown: z
    .strictObject({
      drainTimeoutMs: milliseconds(10_000, 3_600_000).describe('Answer what has arrived within this time, then stop.'),
    })
    .prefault({}),
});

export type ControlPlaneConfig = z.infer<typeof controlPlaneConfigSchema>;
