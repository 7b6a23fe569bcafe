import { reconnectMs } from '@cluster-ai/contract/api/events.ts';
import type { EventName } from '@cluster-ai/contract/api/events.ts';

/** First on every stream: how soon to connect again after its end. */
export const retryText = `retry: ${reconnectMs}\n\n`;

/** A comment, which clients ignore; it shows that the connection lives. */
export const heartbeatText = ':\n\n';

/**
 * One event in the form of the HTML standard, section 9.2.
 * @param id what a client sends back as `Last-Event-ID`.
 * @param json one line, as JSON.stringify writes it.
 */
export function eventText(event: EventName, id: number, json: string): string {
  return `event: ${event}\nid: ${id}\ndata: ${json}\n\n`;
}
