import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { cli } from '../../run-cli.ts';
import { startGateway } from '../../start-gateway.ts';
import { isGreen, startPlatform, until } from '../../start-platform.ts';

/** One gateway, as its clients know it. */
export interface Target {
  readonly url: string;
  /** Host and port of gRPC. */
  readonly grpcAddress: string;
  /** For pages, which no gateway takes for processes of its machine. */
  readonly key: string;
  /** The certificate that it shows; null in plain text. */
  readonly ca: { readonly file: string; readonly text: string } | null;
}

export interface Targets {
  readonly plain: Target;
  readonly tls: Target;
  stop(): Promise<void>;
}

/** What the tests call. */
const models = ['iris', 'mnist', 'language'];

/** Starts a platform on our own servers, and a second gateway of it that speaks TLS. */
export async function startTargets(): Promise<Targets> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-edge-clients-'));
  // Under root the programs run as a user of their own.
  chmodSync(folder, 0o755);
  const { cert, key } = selfSignedCertificate();
  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  const own = { HTTP_SERVER: 'own', GRPC_SERVER: 'own' };
  const env = Object.fromEntries(Object.entries(own).map(([name, value]) => [`CLUSTER_AI_GATEWAY_${name}`, value]));
  const platform = await startPlatform({ env });
  const gateway = await startGateway({
    name: 'over TLS',
    controlUrl: platform.controlUrl,
    tokenFile: join(platform.home, 'gateway-token'),
    settings: { ...own, HTTP_TLS_CERT_FILE: files.cert, HTTP_TLS_KEY_FILE: files.key },
  });
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await platform.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    const keyFile = join(folder, 'page.key');
    await cli(platform, 'key', 'create', 'page', '--write-to', keyFile);
    const key = readFileSync(keyFile, 'utf8').trim();
    const plain = { url: platform.gatewayUrl, grpcAddress: `127.0.0.1:${platform.ports.grpc}`, key, ca: null };
    const tls = { url: gateway.url, grpcAddress: gateway.grpcAddress, key, ca: { file: files.cert, text: cert } };
    for (const name of models) {
      await until(`${name} is served`, 60_000, () => isGreen(`${plain.url}/v2/models/${name}/ready`));
    }
    return { plain, tls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
