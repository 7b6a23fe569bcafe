import { getVersion, updateVersion } from '@cluster-ai/contract/api/models.ts';
import type { Lineage } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { repeated, wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { withNotesOptions } from './version-options.ts';
import type { NotesOptions } from './version-options.ts';

interface AnnotateOptions extends GlobalOptions, NotesOptions {
  readonly dropLineage?: readonly string[];
}

export function modelAnnotateCommand(): Command {
  const command = new Command('annotate')
    .description('Change the notes and the lineage of a version; what is not named stays')
    .argument('<name>')
    .argument('<version>', 'version number', wholeNumber)
    .option('--drop-lineage <key>', 'take this entry out; may be repeated', repeated)
    .action((name: string, version: number, _flags, command: Command) =>
      annotate(name, version, command.optsWithGlobals<AnnotateOptions>()),
    );
  return withExamples(
    withNotesOptions(command),
    "cluster-ai model annotate iris 3 --notes 'trained again' --lineage commit=4f2a9c1 --lineage accuracy=0.97",
  );
}

async function annotate(name: string, version: number, options: AnnotateOptions): Promise<void> {
  const client = clientOf(options);
  const { notes, lineage: added, dropLineage: dropped = [] } = options;
  if (notes === undefined && added === undefined && dropped.length === 0) {
    throw new ClusterError('CONFIG_INVALID', 'annotate needs --notes, --lineage or --drop-lineage');
  }
  const params = { name, version };
  const lineage = await changedLineage(
    async () => (await call(client, getVersion, { params })).lineage,
    added,
    dropped,
  );
  const changed = await call(client, updateVersion, { params, body: { notes, lineage } });
  print(options.output, changed, () => `version ${version} of ${name} is annotated`);
}

/** The API takes a lineage whole. @returns undefined when it does not change. */
async function changedLineage(
  read: () => Promise<Lineage>,
  added: Lineage | undefined,
  dropped: readonly string[],
): Promise<Lineage | undefined> {
  if (added === undefined && dropped.length === 0) return undefined;
  const entries = Object.entries({ ...(await read()), ...added });
  return Object.fromEntries(entries.filter(([key]) => !dropped.includes(key)));
}
