/** A piece of JSON Schema, draft 7, as Helm reads it. Its patterns are Go's: nothing looks ahead. */
export type Schema = { readonly [key: string]: unknown };

export const text = (pattern: string): Schema => ({ type: 'string', pattern });
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const count = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
export const listOf = (items: Schema): Schema => ({ type: 'array', items });

/** An object of these properties and no others. */
export const record = (properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const dnsName = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
export const dnsNames = `${dnsName}(\\.${dnsName})*`;
/** Not an address: what is behind the last dot begins with a letter. */
export const hostName = text(`^(${dnsName}\\.)*[a-z]([-a-z0-9]*[a-z0-9])?$`);
export const objectName: Schema = { ...text(`^${dnsNames}$`), maxLength: 253 };
export const optionalName: Schema = { ...text(`^(${dnsNames})?$`), maxLength: 253 };
export const cidr = text('^[0-9a-fA-F.:]+/[0-9]{1,3}$');
export const port = count(1, 65_535);
