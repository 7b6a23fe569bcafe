const secretKeys = /^(.*authorization|cookie|set-cookie|.*token|.*password|.*secret|.*api[-_]?key|database_?url)$/i;
const depthMax = 6;
const itemsMax = 100;
const hidden = '(hidden)';

/**
 * Copies log fields into plain data: values under keys that name a secret are hidden, errors keep name, code, message,
 * stack and cause, binary data is shown as its size, and depth and width are limited.
 */
export function redactFields(fields: object): Record<string, unknown> {
  return redactEntries(fields, 0);
}

function redactEntries(fields: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields).slice(0, itemsMax)) {
    copy[key] = secretKeys.test(key) && value !== undefined && value !== null ? hidden : redactValue(value, depth + 1);
  }
  return copy;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > depthMax) return '(too deep)';
  if (value instanceof Error) return errorFields(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (Array.isArray(value)) return value.slice(0, itemsMax).map((item) => redactValue(item, depth + 1));
  return redactEntries(value, depth);
}

function errorFields(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
