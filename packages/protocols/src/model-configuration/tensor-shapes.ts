import { enumeration, list, message, one } from './message-shape.ts';

export const dataType = enumeration('DataType', {
  TYPE_INVALID: 0,
  TYPE_BOOL: 1,
  TYPE_UINT8: 2,
  TYPE_UINT16: 3,
  TYPE_UINT32: 4,
  TYPE_UINT64: 5,
  TYPE_INT8: 6,
  TYPE_INT16: 7,
  TYPE_INT32: 8,
  TYPE_INT64: 9,
  TYPE_FP16: 10,
  TYPE_FP32: 11,
  TYPE_FP64: 12,
  TYPE_STRING: 13,
  TYPE_BF16: 14,
});

const reshape = message('reshape', { shape: list('int64') });

export const modelInput = message('input', {
  name: one('string'),
  data_type: one(dataType),
  format: one(enumeration('Format', { FORMAT_NONE: 0, FORMAT_NHWC: 1, FORMAT_NCHW: 2 })),
  dims: list('int64'),
  reshape: one(reshape),
  is_shape_tensor: one('bool'),
  allow_ragged_batch: one('bool'),
  optional: one('bool'),
  is_non_linear_format_io: one('bool'),
});

export const modelOutput = message('output', {
  name: one('string'),
  data_type: one(dataType),
  dims: list('int64'),
  reshape: one(reshape),
  label_filename: one('string'),
  is_shape_tensor: one('bool'),
  is_non_linear_format_io: one('bool'),
});

export const batchInput = message('batch_input', {
  kind: one(
    enumeration('Kind', {
      BATCH_ELEMENT_COUNT: 0,
      BATCH_ACCUMULATED_ELEMENT_COUNT: 1,
      BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO: 2,
      BATCH_MAX_ELEMENT_COUNT_AS_SHAPE: 3,
      BATCH_ITEM_SHAPE: 4,
      BATCH_ITEM_SHAPE_FLATTEN: 5,
    }),
  ),
  target_name: list('string'),
  data_type: one(dataType),
  source_input: list('string'),
});

export const batchOutput = message('batch_output', {
  target_name: list('string'),
  kind: one(enumeration('Kind', { BATCH_SCATTER_WITH_INPUT_SHAPE: 0 })),
  source_input: list('string'),
});
