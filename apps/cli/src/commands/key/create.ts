import { resolve } from 'node:path';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { createKey } from '@cluster-ai/contract/api/keys.ts';
import { shellWord } from '@cluster-ai/contract/shell-words.ts';
import { keyActions } from '@cluster-ai/core/access/roles.ts';
import type { KeyAction } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { call } from '../../connection/call.ts';
import { readLogin } from '../../connection/login-file.ts';
import { print } from '../../output/print.ts';
import { visible } from '../../output/table.ts';
import { positiveNumber, repeated, wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { keyText } from './key-text.ts';
import { parseExpiry } from './parse-expiry.ts';
import { createSecretFile } from './secret-file.ts';
import { curlForKey } from './try-it.ts';

interface CreateOptions extends GlobalOptions {
  readonly action?: readonly KeyAction[];
  readonly model?: readonly string[];
  readonly rate?: number;
  readonly burst?: number;
  readonly dailyQuota?: number;
  readonly expires: string | null;
  readonly writeTo?: string;
}

const defaultActions: readonly KeyAction[] = ['infer', 'read'];

export function keyCreateCommand(): Command {
  const command = new Command('create')
    .description('Make an API key; it is shown this once')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option(
        '--action <action>',
        `what it may be used for; may be repeated (default: ${defaultActions.join(', ')})`,
      )
        .choices(keyActions)
        .argParser(collectAction),
    )
    .option('--model <name>', 'a route or model that it may name, or names* that begin so; may be repeated', repeated)
    .option('--rate <number>', 'predictions a second, averaged', positiveNumber)
    .option('--burst <number>', 'predictions at once before the rate counts', wholeNumber)
    .option('--daily-quota <number>', 'predictions a day (UTC)', wholeNumber)
    .addOption(
      new Option('--expires <when>', 'a time from now such as 90d or 12h, a date such as 2026-12-31, or never')
        .argParser((text) => parseExpiry(text))
        .default(null, 'never'),
    )
    .option('--write-to <file>', 'write the key into a new file, mode 0600, and do not print it')
    .action((name: string, _flags, command: Command) => create(name, command.optsWithGlobals<CreateOptions>()));
  return withExamples(
    command,
    "cluster-ai key create ci --model 'iris*' --rate 50 --burst 100 --daily-quota 100000 --expires 90d",
    'cluster-ai key create deploy --action read --action operate --write-to deploy.key',
  );
}

function collectAction(text: string, before: readonly KeyAction[] | undefined): KeyAction[] {
  const action = keyActions.find((known) => known === text);
  if (action === undefined) throw new InvalidArgumentError(`Allowed choices are ${keyActions.join(', ')}.`);
  return [...(before ?? []), action];
}

type Made = z.output<typeof createKey.answer>;

async function create(name: string, options: CreateOptions): Promise<void> {
  const client = clientOf(options);
  assertNotLongerThanOwn(options, client);
  const { action: actions = defaultActions, model: models = null } = options;
  // All that may fail comes before the key is made: it is shown once.
  const curl = await curlForKey(client, { actions, models });
  const file = options.writeTo === undefined ? null : await createSecretFile(options.writeTo);
  const made = await call(client, createKey, {
    body: {
      name,
      actions: [...actions],
      models: models === null ? null : [...models],
      ratePerSecond: options.rate ?? null,
      burst: options.burst ?? null,
      dailyQuota: options.dailyQuota ?? null,
      expiresAt: options.expires,
    },
  }).catch(async (error: unknown) => {
    await file?.remove();
    throw error;
  });
  await file?.write(made.secret);
  printMade(made, options, curl);
}

/** A key gives no longer life than its own: better said before the server is asked, with what to do. */
function assertNotLongerThanOwn({ expires }: CreateOptions, { baseUrl, token }: ClientOptions): void {
  const login = readLogin(process.env);
  const ownEnd = login?.key?.expiresAt ?? null;
  if (ownEnd === null || token !== login?.token) return;
  if (expires !== null && Date.parse(expires) <= Date.parse(ownEnd)) return;
  throw new ClusterError(
    'PERMISSION_DENIED',
    `the key that you signed in with ends at ${ownEnd}, and can make none that lives longer`,
    {
      fix: `add --expires with an earlier time, or sign in for longer: cluster-ai login --server ${baseUrl} --expires never`,
    },
  );
}

/**
 * The key alone goes to stdout, so that `KEY=$(cluster-ai key create ci)` holds it, and all words about it to stderr,
 * which is often logged and so never holds it.
 */
function printMade({ secret, ...made }: Made, { output, writeTo }: CreateOptions, curl: string | null): void {
  if (writeTo !== undefined) {
    const file = resolve(writeTo);
    print(output, { ...made, file, curl }, () => keyText(made.key));
    if (output === 'table') say(`\nThe key is in ${visible(file)}, and is not shown.`);
  } else {
    if (output === 'table') say(`${keyText(made.key)}\n\nThis is the key; it is not shown again:`);
    print(output, { ...made, secret, curl }, () => secret);
  }
  if (output !== 'table') return;
  if (curl === null) say('There is no model yet that the key could ask.');
  else say(`\nTry it:\n  ${assignment(secret, writeTo)}\n  ${curl}`);
}

/** How the shell comes by the key: with the key itself only where the reader sees it anyway. */
function assignment(secret: string, writeTo: string | undefined): string {
  if (writeTo !== undefined) return `KEY=$(cat ${shellWord(resolve(writeTo))})`;
  return process.stdout.isTTY ? `KEY=${shellWord(secret)}` : 'KEY=<the key>';
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
