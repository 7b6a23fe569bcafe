import { Agent, request } from 'node:http';
import { pause } from '../../start-platform.ts';

/** A flower of each kind; the label that the example model gives it. */
const flowers = [
  { data: [5.1, 3.5, 1.4, 0.2], label: 0 },
  { data: [6.9, 3.1, 5.8, 2.3], label: 2 },
] as const;

export interface Answered {
  readonly atMs: number;
  /** The kind that was asked for. */
  readonly label: number;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly body: string;
  /** The first attempt met a connection that nginx was just closing: it was never answered, and any client tries again. */
  readonly repeated: boolean;
}

export interface FlowerClients {
  readonly answers: readonly Answered[];
  stop(): Promise<readonly Answered[]>;
}

export interface FlowerOptions {
  readonly url: string;
  readonly key: string;
  readonly clients: number;
  readonly pauseMs: number;
}

/** Clients that ask for a virginica in every twentieth request, and otherwise for a setosa, over connections they keep. */
export function startFlowerClients(options: FlowerOptions): FlowerClients {
  const answers: Answered[] = [];
  let sent = 0;
  let stopped = false;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      sent += 1;
      const flower = sent % 20 === 0 ? flowers[1] : flowers[0];
      const first = await ask(options, agent, flower);
      const answer = first ?? (await ask(options, agent, flower)) ?? { status: 0, body: 'no answer' };
      answers.push({ ...answer, atMs: performance.now(), label: flower.label, repeated: first === null });
      await pause(options.pauseMs);
    }
    agent.destroy();
  };
  const all = Array.from({ length: options.clients }, client);
  return {
    answers,
    stop: async () => {
      stopped = true;
      await Promise.all(all);
      return answers;
    },
  };
}

function ask(
  { url, key }: FlowerOptions,
  agent: Agent,
  { data }: (typeof flowers)[number],
): Promise<{ status: number; body: string } | null> {
  const sent = JSON.stringify({ inputs: [{ name: 'input', shape: [1, 4], datatype: 'FP32', data }] });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(sent),
    authorization: `Bearer ${key}`,
  };
  return new Promise((resolve) => {
    const call = request(new URL('/v2/models/iris/infer', url), { method: 'POST', agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', (error) => resolve({ status: 0, body: error.message }));
    });
    call.on('error', (error) => resolve(call.reusedSocket ? null : { status: 0, body: error.message }));
    call.end(sent);
  });
}
