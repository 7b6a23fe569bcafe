import { eventSchemas } from '@cluster-ai/contract/api/events.ts';
import type { EventName, ServerEvent } from '@cluster-ai/contract/api/events.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';
import type { OutputFormat } from '../../output/format.ts';
import { visible } from '../../output/table.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { followEvents } from './follow-events.ts';

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
  const onBreak = (reason: string): void =>
    void process.stderr.write(`warning: ${visible(reason)}; connecting again\n`);
  let printed = 0;
  let last = '';
  for await (const event of followEvents(client, onBreak)) {
    if (!names.includes(event.event)) continue;
    const line = lineOf(output, event);
    // An overview comes with every figure that changes; for people only its words are news.
    if (output === 'table' && line === last) continue;
    process.stdout.write(output === 'table' ? `${new Date().toISOString()}  ${line}\n` : line);
    last = line;
    printed += 1;
    if (printed === count) return;
  }
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
