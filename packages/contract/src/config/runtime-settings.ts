import { z } from 'zod';

/**
 * Settings that can be changed while everything runs. They live in the database, unless the control plane's file,
 * environment or command line gives one: that value wins, and cannot be changed through the API.
 */
const fields = {
  session_timeout: z
    .int()
    .min(1)
    .max(43_200)
    .describe('A session without a request for this many minutes ends.')
    .meta({ env: 'CLUSTER_AI_SESSION_TIMEOUT' }),
  max_login_attempts: z
    .int()
    .min(1)
    .max(100)
    .describe('Failed sign-ins in a row after which an account is locked.')
    .meta({ env: 'CLUSTER_AI_MAX_LOGIN_ATTEMPTS' }),
  lockout_minutes: z
    .int()
    .min(1)
    .max(10_080)
    .describe('A locked account may try again after this many minutes.')
    .meta({ env: 'CLUSTER_AI_LOCKOUT_MINUTES' }),
  password_length_min: z
    .int()
    .min(8)
    .max(128)
    .describe('Characters that a new password must have at least.')
    .meta({ env: 'CLUSTER_AI_PASSWORD_LENGTH_MIN' }),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .describe(
      'Least severe level that control planes and gateways write. A program whose own `log.level` is set keeps that.',
    )
    .meta({ env: 'CLUSTER_AI_LOG_LEVEL' }),
  update_interval: z
    .int()
    .min(1)
    .max(60)
    .describe('Open pages receive a changed overview at most once in this many seconds.')
    .meta({ env: 'CLUSTER_AI_UPDATE_INTERVAL' }),
  history_retention_days: z
    .int()
    .min(1)
    .max(400)
    .describe('Days for which the traffic history is kept.')
    .meta({ env: 'CLUSTER_AI_HISTORY_RETENTION_DAYS' }),
} as const;

export const runtimeSettingsSchema = z.strictObject(fields);

export type RuntimeSettings = z.infer<typeof runtimeSettingsSchema>;

export type RuntimeSettingName = keyof RuntimeSettings;

/** In the order in which they are listed. */
export const runtimeSettingNames: readonly RuntimeSettingName[] = runtimeSettingsSchema.keyof().options;

export const runtimeSettingDefaults: RuntimeSettings = {
  session_timeout: 30,
  max_login_attempts: 5,
  lockout_minutes: 15,
  password_length_min: 12,
  log_level: 'info',
  update_interval: 2,
  history_retention_days: 31,
};

/** What a number counts; null where the value is a word. */
export const runtimeSettingUnits: Readonly<Record<RuntimeSettingName, string | null>> = {
  session_timeout: 'minutes',
  max_login_attempts: 'attempts',
  lockout_minutes: 'minutes',
  password_length_min: 'characters',
  log_level: null,
  update_interval: 'seconds',
  history_retention_days: 'days',
};

/** The same settings as a program's file, environment or command line gives them: each may be missing. */
export const fixedSettingsSchema = runtimeSettingsSchema.partial();
