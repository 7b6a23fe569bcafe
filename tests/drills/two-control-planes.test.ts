import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAudit, verifyAudit } from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getModel } from '@cluster-ai/contract/api/models.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { inviteUser, listUsers } from '@cluster-ai/contract/api/users.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import type { CliResult } from '../run-cli.ts';
import { pause, repository, until } from '../start-platform.ts';
import { countKinds, startSteadyLoad } from '../steady-load.ts';
import { startTwoControlPlanes } from '../two-control-planes.ts';
import type { TestProgram, TwoControlPlanes } from '../two-control-planes.ts';

const iris = join(repository, 'models/iris/1/model.onnx');
const weightsBytes = 48_000_000;
const uploadBytesPerSecond = 16_000_000;
/**
 * What is lost in sockets when connections break, and all other calls: 13 MB were seen on a busy machine. At least half
 * of the weights had arrived, so an upload that began anew would send 24 MB more.
 */
const otherBytesMax = 20_000_000;

/** One of two control planes is killed in the middle of an upload and of writes; then the same the other way round. */
describe('two control planes on one PostgreSQL, one killed', () => {
  let two: TwoControlPlanes;
  let client: ClientOptions;

  beforeAll(async () => {
    two = await startTwoControlPlanes();
    client = { baseUrl: two.proxy.url, token: two.adminToken, timeoutMs: 30_000 };
    const pushed = await cli('model', 'push', 'iris', iris);
    if (pushed.code !== 0) throw new Error(pushed.stderr);
  });
  afterAll(() => two?.stop());

  function cli(...args: string[]): Promise<CliResult> {
    const env = {
      ...process.env,
      CLUSTER_AI_HOME: two.folder,
      CLUSTER_AI_SERVER: two.proxy.url,
      CLUSTER_AI_TOKEN: two.adminToken,
      XDG_STATE_HOME: join(two.folder, 'state'),
    };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [join(repository, 'apps/cli/src/main.ts'), ...args],
        { env },
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
      );
    });
  }

  it.each(['first', 'second'])(
    'the one in use, the %s time: nothing is lost, everything goes on at the other',
    async (turn) => {
      const victim = two.planes.find(({ port }) => port === two.proxy.target);
      const survivor = two.planes.find((plane) => plane !== victim);
      if (victim === undefined || survivor === undefined) throw new Error('the balancer has a target of its own');
      const load = startSteadyLoad(two.gateway.url, irisRequest, { clients: 4, pauseMs: 10 });
      const writer = startWrites(client, turn);
      await until('first acknowledged writes', 20_000, () => writer.acknowledged.length > 5);
      two.proxy.throttle(uploadBytesPerSecond);
      const sentBefore = two.proxy.sentBytes;
      const push = cli('model', 'push', `big-${turn}`, makeModel(two.folder, turn));
      await until('a part of the upload has arrived', 30_000, () => uploadedBytes(two.storage) > weightsBytes / 2);

      const before = { bytes: uploadedBytes(two.storage), writes: writer.acknowledged.length };
      const secondWrite = (): boolean => writer.acknowledged.length > before.writes + 1;
      const grown = (): boolean => uploadedBytes(two.storage) > before.bytes + 1_000_000;
      const killedAtMs = performance.now();
      await victim.kill();
      const [writesMs, uploadMs, followedMs] = await Promise.all([
        until('a write at the other', 20_000, secondWrite),
        until('the upload goes on', 60_000, grown),
        followed(client, survivor, killedAtMs),
      ]);
      const pushed = await push;
      const sentBytes = two.proxy.sentBytes - sentBefore;
      two.proxy.throttle(Number.POSITIVE_INFINITY);
      await writer.stop();
      const counts = countKinds(await load.stop());
      console.log(
        [
          `${turn} kill, with ${(before.bytes / 1e6).toFixed(1)} MB of ${weightsBytes / 1e6} MB sent and ${before.writes} writes acknowledged:`,
          `the next write after ${Math.round(writesMs)} ms, the upload goes on after ${Math.round(uploadMs)} ms,`,
          `the gateway reports to the other after ${Math.round(followedMs)} ms; ${(sentBytes / 1e6).toFixed(1)} MB sent in all,`,
          `${writer.acknowledged.length} writes acknowledged, ${writer.refused.length} refused; predictions ${JSON.stringify(counts)}`,
        ].join(' '),
      );
      expect(pushed, `${pushed.stdout}${pushed.stderr}`).toMatchObject({ code: 0 });
      expect(pushed.stderr).toContain('continuing in');
      // What had arrived was not sent again.
      expect(sentBytes).toBeLessThan(weightsBytes + otherBytesMax);
      expect(counts).toMatchObject({ wrong: 0, lost: 0, refused: 0, error: 0 });
      for (const error of writer.refused) expect(error).toMatchObject({ code: 'CONTROL_PLANE_UNAVAILABLE' });
      await expectNothingLost(client, writer.acknowledged, turn);
      expect(followedMs).toBeLessThan(20_000);
      await victim.start();
    },
  );

  it('one that is frozen: the gateway does not wait for it', async () => {
    const asked = /"to":"([^"]+)"/.exec(
      two.gateway
        .output()
        .split('\n')
        .findLast((line) => line.includes('"to"')) ?? '',
    );
    const frozen = two.planes.find(({ url }) => url === asked?.[1]) ?? two.planes[0];
    const other = two.planes.find((plane) => plane !== frozen) ?? two.planes[1];
    process.kill(frozen.pid, 'SIGSTOP');
    try {
      const followedMs = await followed(client, other, performance.now());
      console.log(`the gateway reports to the other ${Math.round(followedMs)} ms after the one it spoke to was frozen`);
      expect(followedMs).toBeLessThan(30_000);
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
    }
  });
});

/** A model with a large file beside it. */
function makeModel(folder: string, name: string): string {
  const model = join(folder, `model-${name}`);
  mkdirSync(model);
  copyFileSync(iris, join(model, 'model.onnx'));
  writeFileSync(join(model, 'weights.bin'), randomBytes(weightsBytes));
  return model;
}

/** Bytes of files that are on their way in. */
function uploadedBytes(storage: string): number {
  const folder = join(storage, 'uploads');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => {
    const found = statSync(join(parentPath, name), { throwIfNoEntry: false });
    return sum + (found?.size ?? 0);
  }, 0);
}

interface Writer {
  readonly acknowledged: string[];
  readonly refused: unknown[];
  stop(): Promise<void>;
}

/** Sets aliases one after another, and keeps book of what was acknowledged. */
function startWrites(client: ClientOptions, turn: string): Writer {
  const acknowledged: string[] = [];
  const refused: unknown[] = [];
  let stopped = false;
  const write = async (): Promise<void> => {
    for (let index = 0; !stopped; index += 1) {
      const email = `${turn}-${index}@example.com`;
      try {
        await callEndpoint(client, inviteUser, { body: { email, role: 'viewer' } });
        acknowledged.push(email);
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        refused.push(error);
      }
      await pause(30);
    }
  };
  const ended = write();
  return {
    acknowledged,
    refused,
    stop: async () => {
      stopped = true;
      await ended;
    },
  };
}

/** @returns when the gateway was heard of by the surviving control plane, and had its snapshot, after the kill. */
async function followed(client: ClientOptions, survivor: TestProgram, killedAtMs: number): Promise<number> {
  const direct = { ...client, baseUrl: survivor.url };
  const killedAt = Date.now() - (performance.now() - killedAtMs);
  await until('the gateway follows the surviving control plane', 30_000, async () => {
    const { gateways } = await callEndpoint(direct, getOverview);
    return gateways.some(({ lastSeenAt, report }) => Date.parse(lastSeenAt) > killedAt && report.applied !== null);
  });
  return performance.now() - killedAtMs;
}

async function expectNothingLost(client: ClientOptions, acknowledged: readonly string[], turn: string): Promise<void> {
  const invited = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await callEndpoint(client, listUsers, { query: { limit: 500, cursor } });
    for (const { email } of page.items) invited.add(email);
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(acknowledged.filter((email) => !invited.has(email))).toEqual([]);
  const audited = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const query = { filter: 'action=user.invite', limit: 500, cursor };
    const page = await callEndpoint(client, listAudit, { query });
    for (const { target } of page.items) audited.add(target);
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(acknowledged.filter((email) => !audited.has(email))).toEqual([]);
  expect(await callEndpoint(client, verifyAudit)).toMatchObject({ intact: true });
  const big = await callEndpoint(client, getModel, { params: { name: `big-${turn}` } });
  expect(big.versions[0]?.observed).toMatchObject([{ gateway: 'gateway-1', state: 'READY' }]);
}
