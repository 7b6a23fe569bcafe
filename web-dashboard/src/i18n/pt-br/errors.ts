import type { TranslationOf } from '../catalogue.ts';
import type { errors as english } from '../en/errors.ts';

export const errors: TranslationOf<typeof english> = {
  other: 'Isto não funcionou',
  INVALID_ARGUMENT: 'Algo aqui não está certo',
  UNAUTHENTICATED: 'Você não entrou',
  PERMISSION_DENIED: 'Você não tem permissão para isto',
  NOT_FOUND: 'Isto não existe, ou não existe mais',
  MODEL_NOT_FOUND: 'Não há modelo nem rota com este nome',
  CONFLICT: 'Isto não combina com o estado atual',
  PRECONDITION_FAILED: 'Outra pessoa mudou isto nesse meio tempo',
  LOCKED_OUT: 'Muitas tentativas erradas: bloqueado por enquanto',
  RATE_LIMITED: 'Muitas chamadas de uma vez',
  QUOTA_EXCEEDED: 'A cota deste dia acabou',
  BODY_TOO_LARGE: 'Isto é maior do que o limite',
  MODEL_INVALID: 'Este arquivo não pode ser servido',
  CHECKSUM_MISMATCH: 'Os bytes chegaram danificados',
  STORAGE_FULL: 'O disco não tem espaço para isto',
  DATABASE_UNAVAILABLE: 'O banco de dados não responde; nada foi mudado',
  CONTROL_PLANE_UNAVAILABLE: 'O plano de controle não responde',
  GATEWAY_UNAVAILABLE: 'Nenhum gateway responde',
  OVERLOADED: 'Há coisas demais a fazer neste momento',
};
