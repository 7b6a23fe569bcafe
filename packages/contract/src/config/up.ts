import { z } from 'zod';

const milliseconds = (fallback: number, max: number) => z.int().min(1).max(max).default(fallback);

/**
 * Settings of `cluster-ai up` itself. Default < YAML file < environment (`CLUSTER_AI_UP_…`) < flag. Ports and all else
 * that belongs to a program under it are that program's settings: sections `gateway` and `controlPlane` of the file.
 */
export const upConfigSchema = z.strictObject({
  home: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Data folder: database, model files, snapshots, logs. Unset: the user's data folder, /var/lib/cluster-ai for root.",
    )
    .meta({ env: 'CLUSTER_AI_HOME' }),
  user: z.string().min(1).default('cluster-ai').describe('System user that everything runs as when root starts it.'),
  gateways: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Gateway processes that share the ports of the gateway (more than one: Linux). Each has a folder, runners and a metrics port of its own: the port of the settings, and those after it.',
    ),
  examples: z.boolean().default(true).describe('Import the example models into an empty registry.'),
  startTimeoutMs: milliseconds(180_000, 3_600_000).describe('Each program must be ready within this time.'),
  logs: z
    .strictObject({
      fileBytesMax: z
        .int()
        .min(65_536)
        .max(2 ** 31)
        .default(16 * 2 ** 20)
        .describe('Size of one log file at most, bytes.'),
      filesMax: z.int().min(1).max(100).default(3).describe('Log files of one program, the present one included.'),
    })
    .prefault({}),
});

export type UpConfig = z.infer<typeof upConfigSchema>;
