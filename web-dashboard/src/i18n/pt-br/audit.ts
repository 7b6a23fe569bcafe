import type { TranslationOf } from '../catalogue.ts';
import type { audit as english } from '../en/audit.ts';

export const audit: TranslationOf<typeof english> = {
  title: 'Auditoria',
  summary: 'Cada mudança, por quem e quando.',
  at: 'Quando',
  actor: 'Quem',
  action: 'Ação',
  target: 'Em',
  requestId: 'Id da requisição',
  emptyTitle: 'Nada foi mudado ainda',
  emptyText: 'Cada mudança do plano de controle ganha uma entrada aqui.',
};
