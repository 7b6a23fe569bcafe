import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';

export function sourceRoutes(_register: Register, _plane: Plane): void {}
