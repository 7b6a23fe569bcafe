import { eventSchemas, streamEvents } from '@cluster-ai/contract/api/events.ts';
import type { EventName, ServerEvent } from '@cluster-ai/contract/api/events.ts';
import { followEvents } from '@cluster-ai/contract/api/follow-events.ts';
import type { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';
import { withNextCommand } from '../../connection/call.ts';
import type { OutputFormat } from '../../output/format.ts';
import { visible } from '../../output/table.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

interface EventsOptions extends GlobalOptions {
  readonly event?: readonly EventName[];
  readonly count?: number;
}

// The keys of the table, which are its type's.
const eventNames = Object.keys(eventSchemas) as EventName[];

export function eventsCommand(): Command {
  const command = new Command('events')
    .description('Follow what changes, line by line, until Ctrl-C; connections that break are made again')
    .addOption(new Option('--event <name>', 'these alone; may be repeated').choices(eventNames).argParser(collectName))
    .option('--count <number>', 'end after so many', wholeNumber)
    .action((_flags, command: Command) => events(command.optsWithGlobals<EventsOptions>()));
  return withExamples(command, 'cluster-ai events', 'cluster-ai events --event changed -o json');
}

function collectName(text: string, before: readonly EventName[] | undefined): EventName[] {
  const name = eventNames.find((known) => known === text);
  if (name === undefined) throw new InvalidArgumentError(`Allowed choices are ${eventNames.join(', ')}.`);
  return [...(before ?? []), name];
}

async function events({ event: names = eventNames, count, output, ...options }: EventsOptions): Promise<void> {
  const client = clientOf({ output, ...options });
  const ending = new AbortController();
  let opened = false;
  let failure: ClusterError | undefined;
  const show = printer(output, count, () => ending.abort());
  await followEvents({
    baseUrl: client.baseUrl,
    token: client.token,
    headers: client.headers?.(streamEvents.method),
    signal: ending.signal,
    onEvent: (event) => {
      if (names.includes(event.event)) show(event);
    },
    onState: (follow) => {
      if (follow.state === 'open') opened = true;
      if (follow.state === 'refused') failure = follow.error;
      if (follow.state !== 'waiting') return;
      if (opened) process.stderr.write(`warning: ${visible(follow.error.message)}; connecting again\n`);
      else {
        failure = follow.error;
        ending.abort();
      }
    },
  });
  if (failure !== undefined) throw withNextCommand(failure, client);
}

/** Prints events until there were enough. */
function printer(output: OutputFormat, count: number | undefined, onEnough: () => void): (event: ServerEvent) => void {
  let printed = 0;
  let lastOverview = '';
  return (event) => {
    const line = lineOf(output, event);
    // An overview comes with every figure that changes; for people only its words are news.
    if (printed === count || (output === 'table' && line === lastOverview)) return;
    if (event.event === 'overview') lastOverview = line;
    process.stdout.write(output === 'table' ? `${new Date().toISOString()}  ${line}\n` : line);
    printed += 1;
    if (printed === count) onEnough();
  };
}

function lineOf(output: OutputFormat, event: ServerEvent): string {
  if (output === 'json') return `${JSON.stringify(event)}\n`;
  if (output === 'yaml') return `---\n${stringify(event)}`;
  return visible(`${event.event.padEnd(8)}  ${wordsOf(event)}`);
}

function wordsOf(event: ServerEvent): string {
  if (event.event === 'snapshot') return `version ${event.data.version}`;
  if (event.event === 'changed') return `${event.data.kind} ${event.data.name}`;
  const { health, score, reasons } = event.data;
  return [`health ${health} (${score} of 100)`, ...reasons.map(({ text }) => text)].join('; ');
}
