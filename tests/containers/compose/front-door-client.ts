import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { irisRequest } from '../../iris.ts';
import type { RunningSet } from './running-set.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A client of the front door over HTTPS, which trusts the certificate authority of the set and nothing else. */
export class FrontDoorClient {
  private readonly agent: Agent;
  private readonly base: string;

  constructor(set: RunningSet) {
    const ca = readFileSync(join(set.env['CLUSTER_AI_SECRETS'] ?? '', 'ca.crt'), 'utf8');
    // One connection a request: nginx closes idle ones when it reads its settings again.
    this.agent = new Agent({ connect: { ca }, pipelining: 0, headersTimeout: 30_000 });
    this.base = `https://localhost:${set.port('CLUSTER_AI_HTTPS_PORT')}`;
  }

  async call(method: 'GET' | 'POST', path: string, token: string | null, body?: string): Promise<Answer> {
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await request(`${this.base}${path}`, {
      method,
      headers,
      dispatcher: this.agent,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  }

  /** One prediction. @returns null for a right answer, or what is wrong with it. */
  async predict(key: string): Promise<string | null> {
    try {
      const { status, body } = await this.call('POST', irisRequest.path, key, irisRequest.body);
      return status === 200 ? irisRequest.check(body) : `${status}: ${body.slice(0, 300)}`;
    } catch (error) {
      return String(error);
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** Asks for predictions without a pause until it is stopped. */
export function predictSteadily(client: FrontDoorClient, key: string, atOnce: number) {
  let stopping = false;
  let answered = 0;
  const lost: string[] = [];
  const loops = Array.from({ length: atOnce }, async () => {
    while (!stopping) {
      const problem = await client.predict(key);
      if (problem === null) answered += 1;
      else lost.push(problem);
    }
  });
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(loops);
      return { answered, lost };
    },
  };
}
