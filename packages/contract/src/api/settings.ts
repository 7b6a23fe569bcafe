import { z } from 'zod';
import { runtimeSettingsSchema } from '../config/runtime-settings.ts';
import { endpoint } from './endpoint.ts';
import { nothing } from './page.ts';

const nameSchema = runtimeSettingsSchema.keyof();
const valueSchema = z.union([z.number(), z.string()]);

/** Where a value comes from. */
export const settingSourceSchema = z.object({
  kind: z.enum(['default', 'database', 'file', 'env', 'flag']),
  /** For people: `default`, `control-plane.yaml:3`, `CLUSTER_AI_LOG_LEVEL`, `--settings.log_level`. */
  text: z.string(),
});

export type SettingSource = z.infer<typeof settingSourceSchema>;

/** A setting that can be changed while everything runs. */
export const runtimeSettingSchema = z.object({
  name: nameSchema,
  /** The value in effect. */
  value: valueSchema,
  defaultValue: valueSchema,
  /** What the number counts; null for a word. */
  unit: z.string().nullable(),
  description: z.string(),
  /** For people: `a whole number from 1 to 60`. */
  allowed: z.string(),
  /** The words that may be chosen; null for a number. */
  choices: z.array(z.string()).nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  source: settingSourceSchema,
  /** True when file, environment or command line of the control plane gives it: it can only be changed there. */
  fixed: z.boolean(),
  /** Of the value in the database; null when there is none. */
  changedAt: z.iso.datetime().nullable(),
  changedBy: z.string().nullable(),
});

export type RuntimeSetting = z.infer<typeof runtimeSettingSchema>;

export const listSettings = endpoint({
  id: 'listSettings',
  method: 'GET',
  path: '/api/v1/settings',
  summary: 'Settings that can be changed while everything runs',
  access: 'read',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: z.object({ items: z.array(runtimeSettingSchema) }),
  status: 200,
});

export const putSetting = endpoint({
  id: 'putSetting',
  method: 'PUT',
  path: '/api/v1/settings/:name',
  summary: 'Change a setting; in effect everywhere within two seconds',
  access: 'admin',
  params: z.object({ name: nameSchema }),
  query: nothing,
  body: z.strictObject({ value: valueSchema }),
  answer: runtimeSettingSchema,
  status: 200,
});

/** Forgets the value in the database; resetting what has none is no error. */
export const resetSetting = endpoint({
  id: 'resetSetting',
  method: 'DELETE',
  path: '/api/v1/settings/:name',
  summary: 'Bring a setting back to its default',
  access: 'admin',
  params: z.object({ name: nameSchema }),
  query: nothing,
  body: nothing,
  answer: runtimeSettingSchema,
  status: 200,
});

/** A setting that the control plane was started with. */
const programSettingSchema = z.object({
  /** `http.port`. */
  name: z.string(),
  /** As it may be shown: a secret is `(set)`. */
  shown: z.string(),
  secret: z.boolean(),
  description: z.string(),
  allowed: z.string(),
  /** The environment variable that sets it. */
  env: z.string(),
  source: settingSourceSchema,
});

export const listProgramSettings = endpoint({
  id: 'listProgramSettings',
  method: 'GET',
  path: '/api/v1/program-settings',
  summary: 'What this control plane was started with; to change it, start it again',
  access: 'admin',
  params: nothing,
  query: nothing,
  body: nothing,
  answer: z.object({ items: z.array(programSettingSchema) }),
  status: 200,
});
