import { controlPlaneFiles } from '@cluster-ai/contract/control-plane-files.ts';
import { migrationRecordSchema, sequenceSchema, tableSchema } from '@cluster-ai/platform/backup/catalogue.ts';
import { z } from 'zod';

/** Names of the parts of a backup, in their order. */
export const partNames = {
  description: 'description',
  table: (name: string) => `database/${name}`,
  file: (sha256: string) => `files/${sha256}`,
  secret: (name: SecretName) => `secrets/${name}`,
  summary: 'summary',
} as const;

/** Small files of the data folder that cannot be made again: what other programs and people hold the counterpart of. */
export const secretNames = [
  'admin-token',
  'gateway-token',
  controlPlaneFiles.signingKey,
  controlPlaneFiles.instanceId,
] as const;

export type SecretName = (typeof secretNames)[number];

/** The first part: what is needed to restore the rest. */
export const descriptionSchema = z.object({
  createdAt: z.iso.datetime(),
  /** Version of the program that made it. */
  program: z.string(),
  postgres: z.string(),
  epoch: z.uuid(),
  snapshotVersion: z.int().min(0),
  migrations: z.array(migrationRecordSchema).min(1),
  tables: z.array(tableSchema).min(1),
  sequences: z.array(sequenceSchema),
  files: z.object({ count: z.int().min(0), bytes: z.int().min(0) }),
});

export type BackupDescription = z.infer<typeof descriptionSchema>;

/** The last part before the manifest: what was only known at the end. */
export const summarySchema = z.object({
  rows: z.record(z.string(), z.int().min(0)),
  /** Model files that are not in it, because they were missing or damaged. */
  skippedFiles: z.array(z.string()),
});

export type BackupSummary = z.infer<typeof summarySchema>;

/** Small parts are read whole. */
export const textPartBytesMax = 64 * 2 ** 20;

/**
 * Tables whose rows are not kept. They say what was going on at that moment, or follow from other tables; a restored
 * installation begins without them.
 */
export const tablesLeftOut: Readonly<Record<string, string>> = {
  snapshots: 'made anew from the other tables, under a new epoch',
  leases: 'which process does which job at the moment',
  sessions: 'everybody signs in again after a restore',
  oidc_flows: 'sign-ins that were going on',
  one_time_tokens: 'a link that was used after the backup must not work a second time',
};

/** What of the data folder is in a backup, and what is not. A test holds it to what `up` writes. */
export const dataFolderEntries: Readonly<Record<string, string>> = {
  'home.json': 'written again by a restore',
  'admin-token': 'in the backup',
  'gateway-token': 'in the backup',
  postgres: 'its tables are in the backup, its files are not: they belong to one major version of PostgreSQL',
  'control-plane': 'model files, signing key and id are in the backup; uploads begin again',
  'gateway-1': 'a gateway fetches what it needs',
  logs: 'not in the backup',
  run: 'not in the backup: sockets, the lock, state',
  cache: 'not in the backup: compiled code',
  program: 'not in the backup: a copy of the program',
};
