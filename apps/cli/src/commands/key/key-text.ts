import type { ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { renderFields, timeText } from '../../output/table.ts';

/** A key as people read it; the key itself is nowhere but with its owner. */
export function keyText(key: ApiKey): string {
  return renderFields({
    id: key.id,
    name: key.name,
    key: `${key.prefix}…`,
    state: key.state,
    actions: key.actions.join(', '),
    models: modelsText(key),
    rate: rateText(key),
    'daily quota': quotaText(key),
    expires: timeText(key.expiresAt, 'never'),
    'last used': timeText(key.lastUsedAt, 'never'),
    created: `${timeText(key.createdAt)} by ${key.createdBy}`,
    ...(key.revokedAt === null ? {} : { revoked: timeText(key.revokedAt) }),
  });
}

export function modelsText({ models }: ApiKey): string {
  return models === null ? 'all' : models.join(', ');
}

function quotaText({ dailyQuota, usedToday }: ApiKey): string {
  return dailyQuota === null ? `${usedToday} used today, no limit` : `${usedToday} of ${dailyQuota} used today`;
}

function rateText({ ratePerSecond, burst }: ApiKey): string {
  if (ratePerSecond === null) return 'no limit';
  return `${ratePerSecond}/s${burst === null ? '' : `, ${burst} at once`}`;
}
