import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import { cli, runCli } from '../run-cli.ts';
import { pause, startPlatform, until, isGreen, repository, type Platform } from '../start-platform.ts';
import { countKinds, startSteadyLoad } from '../steady-load.ts';
import { childrenOf, findProcess } from './processes.ts';
import { join } from 'node:path';

const load = { clients: 8, pauseMs: 5 };

/** Kills one part under load. Every request must have a right answer or a clear error, and the part must come back. */
describe('killing one part under load', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform?.stop());

  it('a runner: only what was in it fails, with a clear error; what waits is answered', async () => {
    const gateway = findProcess(platform.home, 'apps/gateway/src/main.ts');
    const running = startSteadyLoad(platform.gatewayUrl, irisRequest, load);
    await pause(1_000);
    const [runner] = childrenOf(gateway.pid);
    expect(runner, 'the gateway has a runner').toBeDefined();
    const before = running.outcomes.length;
    process.kill(runner?.pid ?? Number.NaN, 'SIGKILL');
    const backMs = await until(
      'predictions after the runner was killed',
      30_000,
      () => running.outcomes.slice(before).filter(({ kind }) => kind === 'answered').length > 50,
    );
    await pause(500);
    const outcomes = await running.stop();
    const counts = countKinds(outcomes);
    const errors = outcomes.flatMap((outcome) => (outcome.kind === 'error' ? [outcome] : []));
    console.log(
      `runner killed: ${JSON.stringify(counts)}; 50 new answers after ${Math.round(backMs)} ms; ${errors[0]?.text ?? 'no error'}`,
    );
    expect(counts).toMatchObject({ wrong: 0, lost: 0, refused: 0 });
    // Two runs may be handed over at once, each with at most all clients in it.
    expect(counts.error).toBeLessThanOrEqual(load.clients);
    for (const error of errors) {
      expect(error.status).toBe(503);
      expect(error.text).toMatch(/runner/);
    }
  });

  it('the control plane: no prediction fails', async () => {
    const running = startSteadyLoad(platform.gatewayUrl, irisRequest, load);
    await pause(500);
    process.kill(findProcess(platform.home, 'apps/control-plane/src/main.ts').pid, 'SIGKILL');
    const backMs = await until('the control plane is ready again', 60_000, () =>
      isGreen(`${platform.controlUrl}/readyz`),
    );
    const counts = countKinds(await running.stop());
    console.log(`control plane killed: ${JSON.stringify(counts)}; ready again after ${Math.round(backMs)} ms`);
    expect(counts).toMatchObject({ wrong: 0, lost: 0, refused: 0, error: 0 });
  });

  it('PostgreSQL: no prediction fails, writes say 503 and work again, nothing acknowledged is lost', async () => {
    const running = startSteadyLoad(platform.gatewayUrl, irisRequest, load);
    const ledger = startAliasWrites(platform);
    await until('first acknowledged writes', 20_000, () => ledger.acknowledged.length > 5);
    process.kill(postmasterOf(platform), 'SIGKILL');
    const during = await until(
      'a write that failed or the database back',
      60_000,
      () => ledger.refused.length > 0 || ledger.acknowledged.length > 100,
    );
    const backMs = await until('writes work again', 60_000, () => ledger.lastAcknowledgedAfterRefusal());
    const counts = countKinds(await running.stop());
    await ledger.stop();
    console.log(
      `PostgreSQL killed: ${JSON.stringify(counts)}; ${ledger.acknowledged.length} writes acknowledged, ${ledger.refused.length} refused; first refusal after ${Math.round(during)} ms, writes again ${Math.round(backMs)} ms later`,
    );
    expect(counts).toMatchObject({ wrong: 0, lost: 0, refused: 0, error: 0 });
    for (const refusal of ledger.refused) {
      expect(refusal).toMatchObject({
        status: 503,
        code: expect.stringMatching(/DATABASE_UNAVAILABLE|CONTROL_PLANE_UNAVAILABLE/),
      });
    }
    const audited = await auditedAliases(platform);
    for (const alias of ledger.acknowledged) {
      expect(audited, `acknowledged write ${alias} is in the audit log`).toContain(alias);
    }
  });

  it('a gateway: the supervisor starts it again from its last snapshot', async () => {
    const gateway = findProcess(platform.home, 'apps/gateway/src/main.ts');
    const runners = childrenOf(gateway.pid).map(({ pid }) => pid);
    process.kill(gateway.pid, 'SIGKILL');
    const backMs = await until(
      'a right answer from the new gateway',
      60_000,
      async () =>
        (
          await runCli(platform, [
            'predict',
            'iris',
            '--gateway',
            platform.gatewayUrl,
            '--input',
            'input=[[5.1,3.5,1.4,0.2]]',
          ])
        ).code === 0,
    );
    console.log(`gateway killed: answers again after ${Math.round(backMs)} ms`);
    await until('the runners of the dead gateway are gone', 10_000, () =>
      runners.every((pid) => childrenOf(1).every((child) => child.pid !== pid)),
    );
    expect(await cli(platform, 'status')).toContain('gateway-1');
  });

  it('still has every model', async () => {
    const models = JSON.parse(await cli(platform, 'model', 'list', '-o', 'json')) as { name: string }[];
    expect(models.map(({ name }) => name)).toEqual(expect.arrayContaining(['iris', 'mnist', 'silero-vad', 'language']));
    await cli(platform, 'model', 'push', 'after-the-drills', join(repository, 'models/iris/1/model.onnx'));
  });
});

function postmasterOf(platform: Platform): number {
  return findProcess(platform.home, 'bin/postgres').pid;
}

interface Ledger {
  readonly acknowledged: string[];
  readonly refused: { status: number; code: string }[];
  lastAcknowledgedAfterRefusal(): boolean;
  stop(): Promise<void>;
}

/** Sets aliases one after another and keeps book of what was acknowledged and what was refused. */
function startAliasWrites(platform: Platform): Ledger {
  const acknowledged: string[] = [];
  const refused: { status: number; code: string }[] = [];
  let last: 'acknowledged' | 'refused' = 'refused';
  let stopped = false;
  const write = async (): Promise<void> => {
    for (let index = 0; !stopped; index += 1) {
      const alias = `ledger-${index}`;
      const response = await fetch(`${platform.controlUrl}/api/v1/models/iris/aliases/${alias}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${platform.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ version: 1 }),
      });
      const answer = (await response.json()) as { code?: string };
      if (response.ok) acknowledged.push(alias);
      else refused.push({ status: response.status, code: answer.code ?? '' });
      last = response.ok ? 'acknowledged' : 'refused';
      await pause(20);
    }
  };
  const ended = write();
  return {
    acknowledged,
    refused,
    lastAcknowledgedAfterRefusal: () => last === 'acknowledged' && acknowledged.length > 20,
    async stop() {
      stopped = true;
      await ended;
    },
  };
}

async function auditedAliases(platform: Platform): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await fetch(`${platform.controlUrl}/api/v1/audit?limit=500${query}`, {
      headers: { authorization: `Bearer ${platform.adminToken}` },
    });
    const page = (await response.json()) as { items: unknown[]; next: string | null };
    for (const match of JSON.stringify(page.items).matchAll(/ledger-\d+/g)) found.push(match[0]);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}
