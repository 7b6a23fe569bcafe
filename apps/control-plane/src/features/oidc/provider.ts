import { readFile } from 'node:fs/promises';
import type { ControlPlaneConfig } from '@cluster-ai/contract/config/control-plane.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { CaFiles } from '@cluster-ai/platform/tls/ca-files.ts';
import { trustingFetch } from '@cluster-ai/platform/tls/trusting-fetch.ts';
import * as client from 'openid-client';
import { allowPlainHttp } from './allow-plain-http.ts';
import { OidcRefusal } from './refusal.ts';

/** The identity provider of the settings. */
export interface OidcProvider {
  readonly issuer: string;
  /** @throws OidcRefusal `provider-away`. */
  configuration(): Promise<client.Configuration>;
}

/** What the provider says about itself is asked again after this time. */
const freshMs = 10 * 60_000;
/** One call of the provider at most. */
const timeoutSeconds = 10;
/** How far its clock may differ from ours. */
const clockToleranceSeconds = 30;

/**
 * Reads the settings of the identity provider. It is asked when the first person signs in, not at the start: this program
 * runs without it.
 * @returns null when none is configured. @throws ClusterError CONFIG_INVALID.
 */
export async function openProvider(settings: ControlPlaneConfig['oidc'], clock: Clock): Promise<OidcProvider | null> {
  const { issuer, clientId } = settings;
  if (issuer === undefined) return null;
  if (clientId === undefined) {
    throw new ClusterError('CONFIG_INVALID', 'oidc.clientId is missing: it names this installation at oidc.issuer');
  }
  const secret = await readSecret(settings.clientSecretFile);
  const fetch = settings.caFile === undefined ? null : trustingFetch(new CaFiles('oidc.caFile', [settings.caFile]));
  let known: { configuration: client.Configuration; atMs: number } | null = null;

  async function discover(): Promise<client.Configuration> {
    const server = new URL(issuer ?? '');
    const isPlain = server.protocol === 'http:';
    // undici's fetch is the one that Node has; only the names of its types differ.
    const own = fetch === null ? {} : { [client.customFetch]: fetch as unknown as client.CustomFetch };
    const found = await client.discovery(server, clientId ?? '', undefined, client.None(), {
      ...own,
      execute: isPlain ? [allowPlainHttp] : [],
      timeout: timeoutSeconds,
    });
    const about = found.serverMetadata();
    const asked = authentication(secret, about.token_endpoint_auth_methods_supported ?? null);
    const metadata = { [client.clockTolerance]: clockToleranceSeconds };
    const configuration = new client.Configuration(about, clientId ?? '', metadata, asked);
    configuration.timeout = timeoutSeconds;
    if (own[client.customFetch] !== undefined) configuration[client.customFetch] = own[client.customFetch];
    if (isPlain) allowPlainHttp(configuration);
    // Although TLS vouches for who sends it: a token that nobody has signed is never taken.
    client.enableNonRepudiationChecks(configuration);
    return configuration;
  }

  return {
    issuer,
    configuration: async () => {
      const nowMs = clock.nowMs();
      if (known !== null && nowMs - known.atMs < freshMs) return known.configuration;
      try {
        known = { configuration: await discover(), atMs: nowMs };
        return known.configuration;
      } catch (cause) {
        // What it said before still holds, most likely.
        if (known !== null) return known.configuration;
        throw new OidcRefusal('provider-away', `the identity provider ${issuer} does not answer`, { cause });
      }
    },
  };
}

async function readSecret(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ClusterError('CONFIG_INVALID', `oidc.clientSecretFile: the file ${file} cannot be read`, { cause });
  });
  const secret = text.trim();
  if (secret !== '') return secret;
  throw new ClusterError('CONFIG_INVALID', `oidc.clientSecretFile: the file ${file} is empty`);
}

/** In the header where the provider takes it there, which is what it takes unless it says otherwise. */
function authentication(secret: string | null, methods: readonly string[] | null): client.ClientAuth {
  if (secret === null) return client.None();
  const basic = methods === null || methods.includes('client_secret_basic');
  return basic ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}
