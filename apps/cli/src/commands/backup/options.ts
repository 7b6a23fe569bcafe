import type { Command } from 'commander';
import type { GlobalOptions } from '../context.ts';

/** Where the data is. */
export interface DataOptions extends GlobalOptions {
  readonly home?: string;
  readonly databaseUrl?: string;
  readonly storage?: string;
  readonly config?: string;
  readonly keyFile?: string;
}

export function withDataOptions(command: Command): Command {
  return command
    .option('--home <folder>', 'data folder (CLUSTER_AI_HOME)')
    .option('--database-url <url>', 'a PostgreSQL of your own (DATABASE_URL, which no process list shows)')
    .option('--storage <folder>', 'folder of the model files, where it is not in the data folder')
    .option('--config <file>', 'YAML file of `cluster-ai up`');
}

export function withKeyFile(command: Command): Command {
  return command.option(
    '--key-file <file>',
    'file with the key of the backup (CLUSTER_AI_BACKUP_KEY_FILE; CLUSTER_AI_BACKUP_KEY holds the key itself)',
  );
}
