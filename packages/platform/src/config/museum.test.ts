import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { loadConfig } from './load-config.ts';
import { controlPlaneTestSchema, gatewayTestSchema } from './testdata/schemas.ts';

const folder = join(import.meta.dirname, 'testdata');

/** Bad files and what is said about each: the whole message, lines and all. Files are named without their folder. */
const museum: Record<string, string> = {
  'above-maximum': 'above-maximum.bad.yaml:3: http.port is 70000; allowed: a whole number from 0 to 65535',
  'below-minimum': 'below-minimum.bad.yaml:5: admission.inFlightMax is 0; allowed: a whole number from 1 to 1000000',
  'control-plane-list': 'control-plane-list.bad.yaml:8: sources.httpsAllow is "example.org"; allowed: a list of texts',
  'control-plane-missing': [
    'database.url is not set; give it in the file, as CLUSTER_AI_CONTROL_PLANE_DATABASE_URL or DATABASE_URL, or as --database.url',
    'auth.adminTokenFile is not set; give it in the file, as CLUSTER_AI_CONTROL_PLANE_AUTH_ADMIN_TOKEN_FILE, or as --auth.adminTokenFile',
    'auth.gatewayTokenFile is not set; give it in the file, as CLUSTER_AI_CONTROL_PLANE_AUTH_GATEWAY_TOKEN_FILE, or as --auth.gatewayTokenFile',
  ].join('\n'),
  'control-plane-secret': 'control-plane-secret.bad.yaml:3: database.url is not valid; allowed: a text',
  'empty-text': 'empty-text.bad.yaml:1: home is ""; allowed: a text that is not empty',
  fraction: 'fraction.bad.yaml:3: runner.slotsMax is 2.5; allowed: a whole number from 1 to 1024',
  'group-expected': 'group-expected.bad.yaml:2: http must be a group of settings',
  'list-not-settings': 'list-not-settings.bad.yaml:1: must hold settings as `name: value`',
  missing: 'home is not set; give it in the file, as CLUSTER_AI_GATEWAY_HOME, or as --home',
  'not-a-boolean': 'not-a-boolean.bad.yaml:3: batching.enabled is "maybe"; allowed: true or false',
  'not-one-of': 'not-one-of.bad.yaml:2: auth is "none"; allowed: loopback-exempt or required',
  'not-yaml':
    'not-yaml.bad.yaml:3: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  several: [
    'several.bad.yaml:4: unknown setting http.hosts; did you mean http.host?',
    'several.bad.yaml:3: http.port is -1; allowed: a whole number from 0 to 65535',
    'several.bad.yaml:6: log.level is "verbose"; allowed: debug, info, warn or error',
  ].join('\n'),
  twice: 'twice.bad.yaml:3: not valid YAML: Map keys must be unique',
  'unknown-group': 'unknown-group.bad.yaml:2: unknown setting batch; did you mean batching?',
  'unknown-setting':
    'unknown-setting.bad.yaml:4: unknown setting http.bodyBytesMaximum; did you mean http.bodyBytesMax?',
  'unknown-unlike-anything': 'unknown-unlike-anything.bad.yaml:2: unknown setting zzzzzzzzzzzzzzzzzzzzzzzz',
  'wrong-type': 'wrong-type.bad.yaml:2: http.port is "eight thousand"; allowed: a whole number from 0 to 65535',
};

function messageOf(file: string): string {
  const isControlPlane = file.startsWith('control-plane-');
  try {
    loadConfig({
      program: isControlPlane ? 'control-plane' : 'gateway',
      schema: isControlPlane ? controlPlaneTestSchema : gatewayTestSchema,
      file: join(folder, `${file}.bad.yaml`),
      env: {},
    });
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return error.message.replaceAll(`${folder}/`, '');
  }
  return '(accepted)';
}

test.each(Object.entries(museum))('%s', (file, message) => {
  expect(messageOf(file)).toBe(message);
});

test('every bad file is in the table', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.bad.yaml'));
  expect(Object.keys(museum).toSorted()).toEqual(files.map((file) => file.replace('.bad.yaml', '')).toSorted());
});
