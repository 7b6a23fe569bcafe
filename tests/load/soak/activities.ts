import { createKey, revokeKey } from '@cluster-ai/contract/api/keys.ts';
import { getModel, listModels, setAlias } from '@cluster-ai/contract/api/models.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { deleteRoute, listRoutes, putRoute } from '@cluster-ai/contract/api/routes.ts';
import { putSetting } from '@cluster-ai/contract/api/settings.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { getTraffic } from '@cluster-ai/contract/api/traffic.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import { childrenOf, findProcess } from '../../drills/processes.ts';
import { announce } from '../../integration/control-plane/fixture.ts';
import { pause, until } from '../../start-platform.ts';
import { brokenClient, slowClient } from './bad-clients.ts';
import type { ActivityName } from './day.ts';
import { heavyModel, heavyRequest } from './heavy-model.ts';
import { visit, wrongPassword } from './people.ts';
import { pushSoakVersion, sendFile, soakModel } from './soak-model.ts';
import { ask, type World } from './world.ts';

/** Each does one thing as somebody would, and throws when the answer is not what they would expect. */
export const activities: Readonly<Record<ActivityName, (world: World) => Promise<void>>> = {
  badRequest: async (world) => {
    const bodies = ['{', '{"inputs":[]}', '{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1]}]}'];
    const answer = await fetch(`${world.platform.gatewayUrl}/v2/models/${soakModel}/infer`, {
      method: 'POST',
      body: bodies[Math.floor(world.random() * bodies.length)] ?? '',
    });
    const text = await answer.text();
    if (answer.status !== 400) throw new Error(`a bad request was answered with ${answer.status} ${text}`);
  },
  brokenClient,
  slowClient,
  readLists: async (world) => {
    await ask(world, listModels);
    await ask(world, listRoutes);
    await ask(world, listAudit, { query: { limit: 50 } });
    await ask(world, getTraffic, { query: { from: Date.now() - 900_000, to: Date.now(), step: 10 } });
    await ask(world, getOverview);
  },
  openStream: async (world) => {
    const leaving = new AbortController();
    const answer = await fetch(`${world.admin.baseUrl}/api/v1/events`, {
      headers: { authorization: `Bearer ${world.admin.token}` },
      signal: leaving.signal,
    });
    if (!answer.ok) throw new Error(`the stream of events was answered with ${answer.status}`);
    await answer.body?.getReader().read();
    leaving.abort();
  },
  pushVersion: pushSoakVersion,
  moveAlias: async (world) => {
    const version = await newest(world);
    await ask(world, setAlias, { params: { name: soakModel, alias: 'stable' }, body: { version } });
  },
  splitRoute: async (world) => {
    const { versions } = await ask(world, getModel, { params: { name: soakModel } });
    const variants = versions.slice(0, 2).map(({ version }, index) => ({
      model: soakModel,
      version,
      weight: index === 0 ? 10 : 90,
    }));
    await ask(world, putRoute, { params: { name: 'soak-split' }, body: { policy: { kind: 'split', variants } } });
  },
  useKey: async (world) => {
    const body = { name: `of the soak ${world.next()}`, models: ['iris'], ratePerSecond: 100 };
    const { key, secret } = await ask(world, createKey, { body });
    const tryIt = async (): Promise<number> => {
      const answer = await fetch(`${world.platform.gatewayUrl}/v2/models/iris`, {
        headers: { authorization: `Bearer ${secret}` },
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    await until('a new key is let in', 10_000, async () => (await tryIt()) === 200, 200);
    await ask(world, revokeKey, { params: { id: key.id } });
    // In a shorter day these tries come so close that the address is locked out: a refusal as well.
    await until('a revoked key is refused', 10_000, async () => [401, 429].includes(await tryIt()), 200);
  },
  visit,
  wrongPassword,
  abandonUpload: async (world) => {
    const files = ['model.onnx', 'weights.bin'].map((path) => ({
      path,
      bytes: new Uint8Array(64 * 1_024).map(() => Math.floor(world.random() * 256)),
    }));
    const body = { model: 'abandoned', files: announce(files) };
    const upload = await ask(world, uploads.createUpload, { body });
    await sendFile(world, upload.id, upload.files[0]?.sha256 ?? '', files);
  },
  loadAndUnload: async (world) => {
    const params = { name: heavyModel };
    await ask(world, putRoute, { params, body: { policy: { kind: 'latest', model: heavyModel } } });
    await until('the heavy model answers', 60_000, () => heavyRequest(world), 250);
    await ask(world, deleteRoute, { params });
    await until('the heavy model is gone', 60_000, async () => !(await heavyRequest(world)), 250);
  },
  changeSetting: async (world) => {
    const value = 20 + Math.floor(world.random() * 20);
    await ask(world, putSetting, { params: { name: 'session_timeout' }, body: { value } });
  },
  killRunner: async (world) => {
    const gateway = findProcess(world.platform.home, 'apps/gateway/src/main.ts');
    const [runner] = childrenOf(gateway.pid);
    if (runner === undefined) throw new Error('the gateway has no runner');
    process.kill(runner.pid, 'SIGKILL');
    await pause(2_000);
  },
};

async function newest(world: World): Promise<number> {
  const { versions } = await ask(world, getModel, { params: { name: soakModel } });
  return versions[0]?.version ?? Number.NaN;
}
