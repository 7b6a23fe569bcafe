import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { parse } from 'yaml';
import { z } from 'zod';
import { canaryPlanSchema } from '../canary/canary-plan.ts';
import { objectiveSchema } from '../gate/objective.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'write small letters, digits and hyphens');

/** A call to the front door and what must come back. */
const checkSchema = z.strictObject({
  path: z.string().startsWith('/'),
  /** Sent as JSON with POST; without it the call is a GET. */
  body: z.unknown().optional(),
  status: z.number().int().min(100).max(599).default(200),
  /** A text that the answer holds. */
  contains: z.string().optional(),
});

export type Check = z.infer<typeof checkSchema>;

const shared = {
  name,
  /** Where people reach it. */
  url: z.url({ protocol: /^https?$/ }),
  /** File with an API key for the checks; without it, CLUSTER_AI_TOKEN of the environment. */
  keyFile: z.string().optional(),
  /** File with the CA that signed the front door's certificate, where the system does not know it. */
  caFile: z.string().optional(),
  /** The target that must have passed first. */
  after: z.string().optional(),
  checks: z.array(checkSchema).max(100).default([]),
  /** How often the checks that have a body are repeated for the objective gate, where no clients call (staging). */
  load: z
    .strictObject({
      requests: z.number().int().min(1).max(1_000_000).default(500),
      clients: z.number().int().min(1).max(256).default(4),
    })
    .prefault({}),
  objective: objectiveSchema.prefault({}),
  canary: canaryPlanSchema.prefault({}),
  /** Healthy by its own checks within this time. */
  healthyMsMax: z.number().int().min(1_000).max(3_600_000).default(300_000),
  /** Connections that were on their way when traffic was shifted have this long to end. */
  drainMs: z.number().int().min(0).max(600_000).default(5_000),
};

const composeSchema = z.strictObject({
  kind: z.literal('compose'),
  ...shared,
  project: name,
  files: z.array(z.string()).min(1).max(10),
  /** Variables of the compose files: ports, folders. */
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
  /** The folder with the front door's settings, which is mounted over /etc/nginx/settings. */
  frontDoorSettings: z.string(),
  /** The file with the release record: it is only ever added to. */
  record: z.string(),
});

const kubernetesSchema = z.strictObject({
  kind: z.literal('kubernetes'),
  ...shared,
  namespace: name,
  helmRelease: name.default('cluster-ai'),
  chart: z.string(),
  values: z.array(z.string()).max(20).default([]),
  /** The ConfigMap with the release record: it is only ever added to. */
  record: name.default('cluster-ai-releases'),
  /** Of the kubeconfig; the present one where it is left out. */
  context: z.string().optional(),
});

const targetSchema = z.discriminatedUnion('kind', [composeSchema, kubernetesSchema]);

export type ComposeSettings = z.infer<typeof composeSchema>;
export type KubernetesSettings = z.infer<typeof kubernetesSchema>;
export type TargetSettings = z.infer<typeof targetSchema>;

/**
 * Reads a target's file. Paths in it are meant from its own folder.
 * @throws ClusterError NOT_FOUND, CONFIG_INVALID that names every setting that is wrong
 */
export async function readTargetFile(path: string): Promise<TargetSettings> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ClusterError('NOT_FOUND', `there is no target at ${path}`, {
      cause: error,
      fix: 'Write one; deployments/release/ has examples.',
    });
  });
  const read = targetSchema.safeParse(parse(text));
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ClusterError('CONFIG_INVALID', `${path} is not a target: ${problems.join('; ')}`);
  }
  return withPathsFrom(dirname(resolve(path)), read.data);
}

function withPathsFrom(folder: string, settings: TargetSettings): TargetSettings {
  const from = (path: string): string => resolve(folder, path);
  const optional = (path: string | undefined): string | undefined => (path === undefined ? undefined : from(path));
  const common = {
    keyFile: optional(settings.keyFile),
    caFile: optional(settings.caFile),
    after: optional(settings.after),
  };
  return settings.kind === 'compose'
    ? {
        ...settings,
        ...common,
        files: settings.files.map(from),
        frontDoorSettings: from(settings.frontDoorSettings),
        record: from(settings.record),
      }
    : { ...settings, ...common, chart: from(settings.chart), values: settings.values.map(from) };
}
