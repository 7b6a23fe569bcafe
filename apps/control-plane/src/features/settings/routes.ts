import { listProgramSettings, listSettings, putSetting, resetSetting } from '@cluster-ai/contract/api/settings.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { presentSource } from './present-setting.ts';
import { changeSetting, forgetSetting, readSettings } from './service.ts';

/** Settings that can be changed while everything runs, and what this control plane was started with. */
export function settingRoutes(register: Register, plane: Plane): void {
  register(listSettings, async () => ({ items: await readSettings(plane) }));

  register(putSetting, ({ params, body, caller }) => changeSetting(plane, caller, params.name, body.value));

  register(resetSetting, ({ params, caller }) => forgetSetting(plane, caller, params.name));

  register(listProgramSettings, async () => ({
    items: plane.startSettings.map(({ path, shown, secret, description, allowed, env, source }) => ({
      name: path,
      shown,
      secret,
      description,
      allowed,
      env,
      source: presentSource(source),
    })),
  }));
}
