import { getSession } from '@cluster-ai/contract/api/session.ts';
import type { Session } from '@cluster-ai/contract/api/session.ts';
import { whoAmI } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { call } from '../connection/call.ts';
import { readLogin } from '../connection/login-file.ts';
import { resolveServer } from '../connection/server.ts';
import { print } from '../output/print.ts';
import { renderFields, timeText } from '../output/table.ts';
import { clientOf } from './context.ts';
import type { GlobalOptions } from './context.ts';
import { withExamples } from './with-examples.ts';

export function whoamiCommand(): Command {
  const command = new Command('whoami')
    .description('Show the server, who you are there, and what you may do')
    .action((_flags, command: Command) => whoami(command.optsWithGlobals<GlobalOptions>()));
  return withExamples(command, 'cluster-ai whoami');
}

async function whoami(options: GlobalOptions): Promise<void> {
  const { url, source } = resolveServer(options.server, process.env);
  const client = clientOf(options);
  const session = await call(client, getSession);
  if (!session.authenticated && session.via === null) {
    throw new ClusterError('UNAUTHENTICATED', `${url} does not know who you are`, {
      fix: session.setupNeeded
        ? 'nobody can sign in there yet; make the first administrator with cluster-ai user setup-code'
        : `sign in: cluster-ai login --server ${url}`,
    });
  }
  const actor = session.role === null ? null : (await call(client, whoAmI)).actor;
  const login = readLogin(process.env);
  const expiresAt = session.expiresAt ?? (login?.server === url ? login.key?.expiresAt : null) ?? null;
  const data = { server: url, source, actor, role: session.role, via: session.via, expiresAt };
  print(options.output, data, () => sessionText(data, session));
}

interface Caller {
  readonly server: string;
  readonly source: string;
  readonly actor: string | null;
  readonly expiresAt: string | null;
}

function sessionText({ server, source, actor, expiresAt }: Caller, { user, role, via }: Session): string {
  const local = via === 'loopback';
  return renderFields({
    server: `${server} (${source})`,
    who: user === null ? (actor ?? (local ? 'somebody on the same machine' : 'a key')) : `${user.name} <${user.email}>`,
    role: role ?? (local ? 'none: may read' : 'none: may predict'),
    via: via ?? '',
    ends: timeText(expiresAt, 'no'),
  });
}
