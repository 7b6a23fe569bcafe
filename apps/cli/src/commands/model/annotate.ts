import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getVersion, updateVersion } from '@cluster-ai/contract/api/models.ts';
import type { Lineage, WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { call, callTagged } from '../../connection/call.ts';
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
  const changed =
    added === undefined && dropped.length === 0
      ? await call(client, updateVersion, { params, body: { notes } })
      : await changeLineage(client, params, { notes, added, dropped });
  print(options.output, changed, () => `version ${version} of ${name} is annotated`);
}

/** Somebody else may change the same version at the same moment: then it is read again, this often. */
const attemptsMax = 3;

/** The API takes a lineage whole, so it is changed as it was read, or not at all. */
async function changeLineage(
  client: ClientOptions,
  params: { readonly name: string; readonly version: number },
  { notes, added, dropped }: { notes: string | undefined; added: Lineage | undefined; dropped: readonly string[] },
): Promise<WholeVersion> {
  for (let attempt = 1; ; attempt += 1) {
    const { answer, etag } = await callTagged(client, getVersion, { params });
    const entries = Object.entries({ ...answer.lineage, ...added }).filter(([key]) => !dropped.includes(key));
    const body = { notes, lineage: Object.fromEntries(entries) };
    try {
      return await call(client, updateVersion, { params, body, ifMatch: etag ?? undefined });
    } catch (error) {
      const isChanged = error instanceof ClusterError && error.code === 'PRECONDITION_FAILED';
      if (!isChanged || attempt === attemptsMax) throw error;
    }
  }
}
