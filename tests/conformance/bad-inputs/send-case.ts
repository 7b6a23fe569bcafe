import { setTimeout as delay } from 'node:timers/promises';
import { bytesOf, fillIn, type Values } from './bytes.ts';
import type { Case, Step } from './corpus.ts';
import { Wire, type Answer } from './wire.ts';

/** What came of a case. */
export interface Outcome {
  readonly answers: readonly Answer[];
  /** Bytes behind the last whole answer. */
  readonly rest: string;
  /** From the last byte that was sent to the end of the connection, milliseconds; null when the server did not end it. */
  readonly closedAfterMs: number | null;
}

/** Wait for an answer at most. */
const answerWithinMs = 15_000;

/** Bytes that come behind the last answer although there should be none come within this time. */
const surplusWithinMs = 30;

/**
 * Sends what a case says over a connection of its own.
 * @param from the client's loopback address: lockouts and limits go by it.
 */
export async function sendCase(one: Case, port: number, from: string, values: Values): Promise<Outcome> {
  const own = new Map([...values, ['host', `localhost:${port}`]]);
  // All bytes are there before the connection is: the server's clock does not wait for this test.
  const steps = stepsOf(one, own).map((step) => prepared(step, own));
  const wire = await Wire.open(port, from, one.method === 'HEAD');
  try {
    for (const step of steps) await step(wire);
    const sentAtMs = performance.now();
    const { answers, closes } = one.expect;
    await wire.untilAnswers(answers.length, answers.length === 0 ? 1 : answerWithinMs);
    if (closes !== undefined) await wire.untilEnded(closes.withinMs - (performance.now() - sentAtMs));
    else await wire.untilAnswers(answers.length + 1, surplusWithinMs);
    const { endedAtMs } = wire;
    return {
      answers: wire.answers,
      rest: wire.rest,
      closedAfterMs: endedAtMs === null ? null : Math.max(0, endedAtMs - sentAtMs),
    };
  } finally {
    wire.destroy();
  }
}

function stepsOf(one: Case, values: Values): readonly Step[] {
  if (one.steps !== undefined) return one.steps;
  if (one.raw !== undefined) return [{ send: one.raw }];
  const body = one.body === undefined ? Buffer.alloc(0) : bytesOf(one.body, values);
  const head = headOf(one, one.body === undefined ? null : body.byteLength, values);
  return [{ send: [{ latin1: head }, { base64: body.toString('base64') }] }];
}

function headOf(one: Case, bodyBytes: number | null, values: Values): string {
  const lines: string[] = [];
  const given = Object.entries(one.headers ?? {}).map(([name, value]) => ({ name: name.toLowerCase(), value }));
  const has = (name: string): boolean => given.some((header) => header.name === name);
  if (!has('host')) lines.push('host: ${host}');
  for (const { name, value } of given) for (const line of [value ?? []].flat()) lines.push(`${name}: ${line}`);
  if (bodyBytes !== null && !has('content-length') && !has('transfer-encoding')) {
    lines.push(`content-length: ${bodyBytes}`);
  }
  const first = `${one.method ?? 'GET'} ${one.path ?? '/'} HTTP/1.1`;
  // Bytes beyond ASCII stand in a header as their UTF-8.
  return Buffer.from(fillIn(`${[first, ...lines].join('\r\n')}\r\n\r\n`, values)).toString('latin1');
}

function prepared(step: Step, values: Values): (wire: Wire) => Promise<void> {
  if ('drip' in step) {
    const bytes = bytesOf(step.drip, values);
    return (wire) => drip(bytes, step, wire);
  }
  const bytes = 'send' in step ? bytesOf(step.send, values) : null;
  return async (wire) => {
    if (bytes !== null) wire.send(bytes);
    else if ('pauseMs' in step) await delay(step.pauseMs);
    else if ('halfClose' in step) wire.halfClose();
    else if ('reset' in step) wire.reset();
    else if ('stopReading' in step) wire.stopReading();
    else wire.readAgain();
  };
}

async function drip(bytes: Buffer, { everyMs, times }: { everyMs: number; times: number }, wire: Wire): Promise<void> {
  for (let sent = 0; sent < times && wire.endedAtMs === null; sent += 1) {
    wire.send(bytes);
    await delay(everyMs);
  }
}
