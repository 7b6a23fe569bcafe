import type { Headers, Reply } from '@cluster-ai/platform/edge/edge.ts';

export function sendJson(reply: Reply, status: number, text: string, headers: Headers = []): void {
  reply.send(status, [['Content-Type', 'application/json'], ...headers], text);
}
