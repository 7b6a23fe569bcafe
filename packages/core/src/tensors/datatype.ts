/** The datatypes of the Open Inference Protocol that are served. Others (BF16, complex, 8-bit floats) are refused by name. */
export const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

export type Datatype = (typeof datatypes)[number];

/** Bytes of one element; 0 for BYTES, whose elements carry their own length. */
export const elementBytes: Readonly<Record<Datatype, number>> = {
  BOOL: 1,
  UINT8: 1,
  INT8: 1,
  UINT16: 2,
  INT16: 2,
  FP16: 2,
  UINT32: 4,
  INT32: 4,
  FP32: 4,
  UINT64: 8,
  INT64: 8,
  FP64: 8,
  BYTES: 0,
};

const known: ReadonlySet<string> = new Set(datatypes);

export function isDatatype(value: unknown): value is Datatype {
  return typeof value === 'string' && known.has(value);
}
