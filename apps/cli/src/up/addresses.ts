import { isIP } from 'node:net';
import { choosePorts } from './ports.ts';
import type { UpSettings } from './settings.ts';

/** Where everything listens. */
export interface Addresses {
  readonly controlPort: number;
  readonly gatewayPort: number;
  readonly metricsPort: number;
  /** For people: `http://localhost:3000`. */
  readonly url: string;
  readonly gatewayUrl: string;
  /** Between the programs: by address, so that no resolver is asked. */
  readonly controlUrl: string;
  readonly gatewayInternalUrl: string;
  readonly metricsUrl: string;
}

/** @throws ClusterError ALREADY_RUNNING when a port is taken. */
export async function chooseAddresses({ controlPlane, gateway }: UpSettings): Promise<Addresses> {
  const front = controlPlane.value.http;
  const { http, metrics } = gateway.value;
  const [controlPort = 0, gatewayPort = 0, metricsPort = 0] = await choosePorts([
    { ...front, what: 'dashboard and API', flag: '--port', setting: 'http.port of the control plane' },
    { ...http, what: 'predictions', flag: '--gateway-port', setting: 'http.port of the gateway' },
    { ...metrics, what: 'metrics', flag: '--metrics-port', setting: 'metrics.port of the gateway' },
  ]);
  return {
    controlPort,
    gatewayPort,
    metricsPort,
    url: `http://${nameForPeople(front.host)}:${controlPort}`,
    gatewayUrl: `http://${nameForPeople(http.host)}:${gatewayPort}`,
    controlUrl: `http://${hostInUrl(front.host)}:${controlPort}`,
    gatewayInternalUrl: `http://${hostInUrl(http.host)}:${gatewayPort}`,
    metricsUrl: `http://${hostInUrl(metrics.host)}:${metricsPort}`,
  };
}

function nameForPeople(host: string): string {
  return host === '127.0.0.1' || host === '::1' ? 'localhost' : hostInUrl(host);
}

function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
