/** Pieces of objects of Kubernetes that values hold: what the API server would refuse is refused with the values. */
import { cidr, count, listOf, objectName, oneOf, port, record, text, type Schema } from './schema-parts.ts';

const selector: Schema = { type: 'object' };

/** Of a NetworkPolicy: a network, or pods. */
export const peers = listOf({
  anyOf: [
    // `except` is left to the API server, which knows whether a network lies within another.
    record({ ipBlock: { type: 'object', properties: { cidr }, required: ['cidr'] } }, 'ipBlock'),
    { ...record({ namespaceSelector: selector, podSelector: selector }), minProperties: 1 },
  ],
});

const labelKey = text('^([a-z0-9.-]+/)?[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$');
const labelValue: Schema = { ...text('^([A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)?$'), maxLength: 63 };
const effect = oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute');
const seconds = { effect: oneOf('NoExecute'), tolerationSeconds: count(0, 31_536_000) };

export const tolerations = listOf({
  anyOf: [
    record({ key: labelKey, operator: oneOf('Equal'), value: labelValue, effect }, 'key'),
    record({ key: labelKey, operator: oneOf('Exists'), effect }, 'operator'),
    // Borne for a while: that is said of one effect alone.
    record({ key: labelKey, operator: oneOf('Equal'), value: labelValue, ...seconds }, 'key', 'effect'),
    record({ key: labelKey, operator: oneOf('Exists'), ...seconds }, 'operator', 'effect'),
  ],
});

const variable = text('^[-._a-zA-Z][-._a-zA-Z0-9]*$');
const key = record({ name: objectName, key: text('^[-._a-zA-Z0-9]+$'), optional: { type: 'boolean' } }, 'name', 'key');
const resource = oneOf('limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory');
const sources: Readonly<Record<string, Schema>> = {
  secretKeyRef: key,
  configMapKeyRef: key,
  fieldRef: record(
    {
      fieldPath: {
        type: 'string',
        enum: ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'status.hostIP', 'status.podIP'],
      },
    },
    'fieldPath',
  ),
  resourceFieldRef: record({ resource }, 'resource'),
};

export const environment = listOf({
  anyOf: [
    record({ name: variable, value: { type: 'string' } }, 'name'),
    ...Object.entries(sources).map(([name, source]) =>
      record({ name: variable, valueFrom: record({ [name]: source }, name) }, 'name', 'valueFrom'),
    ),
  ],
});

/** References from routes of the Gateway API to what they belong to. */
export const parents = listOf(
  record(
    {
      group: objectName,
      kind: { ...text('^[A-Z][A-Za-z]*$'), default: 'Gateway' },
      namespace: objectName,
      name: objectName,
      sectionName: objectName,
      port,
    },
    'name',
  ),
);
