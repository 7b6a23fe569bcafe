import type { ChartValue } from './read-values.ts';
import type { Schema } from './schema-parts.ts';
import { ruleOf } from './value-rules.ts';

/** values.schema.json, by which Helm refuses values before anything is rendered. */
export function chartSchema(values: readonly ChartValue[]): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart cluster-ai',
    ...objectOf(values),
  };
}

function objectOf(values: readonly ChartValue[]): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(values.map((value) => [value.name, schemaOf(value)])),
      // Helm adds it to the values of a chart that is a part of another.
      ...(values.some(({ path }) => path === 'fullnameOverride') ? { global: { type: 'object' } } : {}),
    },
  };
}

function schemaOf({ path, name, description, preset, parts }: ChartValue): Schema {
  return { description, ...(parts === null ? ruleOf(path, name, preset) : objectOf(parts)) };
}
