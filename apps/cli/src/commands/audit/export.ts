import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { auditExportFormats, auditHeadHeader, exportAudit } from '@cluster-ai/contract/api/audit.ts';
import { endpointUrl, problemError } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

interface ExportOptions extends GlobalOptions {
  readonly format: (typeof auditExportFormats)[number];
  readonly from?: string;
  readonly to?: string;
  readonly file?: string;
}

/** Nothing has come for this long: the server is given up. */
const stallTimeoutMs = 60_000;

export function auditExportCommand(): Command {
  const command = new Command('export')
    .description('Write the audit log, oldest entry first, to a file or to the terminal')
    .addOption(new Option('--format <format>', 'jsonl can be verified').choices(auditExportFormats).default('jsonl'))
    .option('--from <time>', 'not before: 2026-01-31 or 2026-01-31T12:00:00Z', time)
    .option('--to <time>', 'before', time)
    .option('--file <path>', 'write here, whole or not at all')
    .action(async (_flags, command: Command) => {
      const options = command.optsWithGlobals<ExportOptions>();
      const head = await exportTo(clientOf(options), options);
      if (head === null) return;
      // stdout may be the export.
      process.stderr.write(`head ${head}\nkeep it elsewhere; later: cluster-ai audit verify --head <head>\n`);
    });
  return withExamples(command, 'cluster-ai audit export --from 2026-01-01 --file audit.jsonl');
}

/** A day stands for its beginning, in UTC. */
function time(text: string): string {
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  throw new InvalidArgumentError('It must be a time like 2026-01-31 or 2026-01-31T12:00:00Z.');
}

/** @returns the head of the log when the export began. */
async function exportTo(client: ClientOptions, { format, from, to, file }: ExportOptions): Promise<string | null> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), stallTimeoutMs);
  try {
    const response = await fetch(endpointUrl(client.baseUrl, exportAudit, { query: { format, from, to } }), {
      headers: client.token === undefined ? {} : { authorization: `Bearer ${client.token}` },
      signal: stalled.signal,
    });
    if (!response.ok || response.body === null) {
      throw problemError(response.status, await response.text(), client.baseUrl);
    }
    const source = Readable.fromWeb(response.body).on('data', () => timer.refresh());
    await (file === undefined ? pipeline(source, toStdout()) : writeWhole(source, file));
    return response.headers.get(auditHeadHeader);
  } catch (cause) {
    if (!isNetworkError(cause)) throw cause;
    throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `the export from ${client.baseUrl} broke off`, {
      cause,
      fix: 'run it again; what has been written is not complete',
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Not `process.stdout` itself, which must stay open. */
function toStdout(): Writable {
  return new Writable({ write: (chunk, encoding, done) => void process.stdout.write(chunk, encoding, done) });
}

async function writeWhole(source: Readable, path: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await pipeline(source, createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function isNetworkError(thrown: unknown): boolean {
  return thrown instanceof TypeError || thrown instanceof DOMException;
}
