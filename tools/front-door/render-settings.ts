import { isIP } from 'node:net';
import { readFrontDoorSettings, type Environment, type FrontDoorSettings } from './read-settings.ts';
import { renderUpstreams } from './upstreams.ts';

const written =
  '# Written by `node tools/front-door.ts` from the environment: docs/guides/front-door.md says what can be set.\n';

/** What a gateway's report may have: `bodyBytesMax` of the endpoint. */
const reportBytesMax = 4 * 2 ** 20;

/**
 * The small files of nginx that differ from one installation to the next, by their names: /etc/nginx/settings of the
 * dashboard image. Without any variable they are what the image has.
 * @throws ClusterError CONFIG_INVALID naming the variable that cannot be used.
 */
export function renderFrontDoorSettings(environment: Environment): ReadonlyMap<string, string> {
  const settings = readFrontDoorSettings(environment);
  const files = {
    workers: renderWorkers(settings),
    resolver: renderResolver(settings),
    upstreams: renderUpstreams(settings),
    'trusted-proxies': renderTrustedProxies(settings),
    limits: renderLimits(settings),
    listen: settings.tls === null ? renderPlain(settings) : renderTls(settings, settings.ports.https),
    'listen-plain': renderPlain(settings),
    'listen-grpc': renderGrpc(settings),
    redirect: renderRedirect(settings),
    api: `${renderApiRate(settings)}${renderBody(settings.apiBodyBytesMax)}`,
    reports: `${renderApiRate(settings)}${renderBody(reportBytesMax)}`,
    uploads: `${renderApiRate(settings)}client_max_body_size ${settings.uploadBytesMax};\n`,
    predict: `${renderRate('predict', settings.ratePerSecond.predict)}client_max_body_size ${settings.predictBodyBytesMax};\n`,
    // A stream may go on for as long as its client likes, and the gateway limits each message.
    grpc: `${renderRate('predict', settings.ratePerSecond.predict)}client_max_body_size 0;\n`,
  };
  return new Map(Object.entries(files).map(([name, text]) => [`${name}.conf`, `${written}\n${text}`]));
}

function renderWorkers({ workers, drainSeconds, connectionsMax }: FrontDoorSettings): string {
  return `worker_processes ${workers};
# When nginx stops, or reads its configuration again, what was begun may go on for so long.
worker_shutdown_timeout ${drainSeconds}s;

events {
  worker_connections ${connectionsMax};
}
`;
}

/** Engines' servers of names let answers be kept for minutes; a container is elsewhere after seconds. */
function renderResolver({ resolver }: FrontDoorSettings): string {
  return `resolver ${resolver} valid=2s;\nresolver_timeout 10s;\n`;
}

function renderTrustedProxies({ trustedProxies }: FrontDoorSettings): string {
  const lines = (text: (network: string) => string): string =>
    trustedProxies.map((network) => `${text(network)}\n`).join('');
  const geo = `geo $realip_remote_addr $from_trusted_proxy {\n  default no;\n${lines((network) => `  ${network} yes;`)}}\n`;
  if (trustedProxies.length === 0) return geo;
  return `${lines((network) => `set_real_ip_from ${network};`)}real_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n${geo}`;
}

function renderLimits({ ratePerSecond: { api, predict, signIn }, requestsAtOnceMax }: FrontDoorSettings): string {
  const zone = (name: string, client: string, rate: number): string =>
    // A zone without a limit is not asked, and needs a rate all the same.
    `limit_req_zone ${client} zone=${name}:10m rate=${Math.max(1, rate)}r/s;\n`;
  return `# Requests of one client; what is beyond is told to come back.
limit_req_status 429;
limit_conn_status 429;
${zone('api', '$client_network', api)}${zone('predict', '$client_network', predict)}${zone('sign-in', '$sign_in_client', signIn)}limit_conn_zone $client_network zone=clients:10m;
limit_conn clients ${requestsAtOnceMax};
`;
}

/** A page asks for many things at once: what two seconds allow may come together. */
function renderRate(zone: string, rate: number): string {
  return rate === 0 ? '' : `limit_req zone=${zone} burst=${Math.max(10, 2 * rate)} nodelay;\n`;
}

function renderApiRate({ ratePerSecond: { api, signIn } }: FrontDoorSettings): string {
  return `${renderRate('api', api)}${renderRate('sign-in', signIn)}`;
}

function renderBody(bytesMax: number): string {
  return `client_max_body_size ${bytesMax};\nclient_body_buffer_size ${Math.min(bytesMax, 16 * 2 ** 20)};\n`;
}

function renderListen({ address, ipv6 }: FrontDoorSettings, port: number, options: string): string {
  if (address !== null) return `listen ${isIP(address) === 6 ? `[${address}]` : address}:${port}${options};\n`;
  return `listen ${port}${options};\n${ipv6 ? `listen [::]:${port}${options};\n` : ''}`;
}

function renderPlain(settings: FrontDoorSettings): string {
  return renderListen(settings, settings.ports.http, '');
}

function renderTls(settings: FrontDoorSettings, port: number): string {
  const { certFile = '', keyFile = '' } = settings.tls ?? {};
  const listen = renderListen(settings, port, ' ssl http2');
  return `${listen}ssl_certificate ${certFile};\nssl_certificate_key ${keyFile};\n`;
}

function renderGrpc(settings: FrontDoorSettings): string {
  const { grpc } = settings.ports;
  return settings.tls === null ? renderListen(settings, grpc, ' http2') : renderTls(settings, grpc);
}

function renderRedirect({ tls, publicUrl }: FrontDoorSettings): string {
  if (tls === null) return '# Without TLS there is nowhere to lead to.\n';
  return `map "" $redirect_to {\n  default ${publicUrl ?? 'https://$host'};\n}\ninclude front-door/redirect.conf;\n`;
}
