/** The code of each page behind the sign-in. It can be asked for before there is a router. */
export const pageCode = {
  overview: () => import('../pages/overview/overview-page.tsx'),
  models: () => import('../pages/models/models-page.tsx'),
  model: () => import('../pages/model/model-page.tsx'),
  modelVersion: () => import('../pages/model-version/model-version-page.tsx'),
  modelCompare: () => import('../pages/model-compare/model-compare-page.tsx'),
  routes: () => import('../pages/routes/routes-page.tsx'),
  route: () => import('../pages/route/route-page.tsx'),
  playground: () => import('../pages/playground/playground-page.tsx'),
  gateways: () => import('../pages/gateways/gateways-page.tsx'),
  keys: () => import('../pages/keys/keys-page.tsx'),
  users: () => import('../pages/users/users-page.tsx'),
  audit: () => import('../pages/audit/audit-page.tsx'),
  settings: () => import('../pages/settings/settings-page.tsx'),
} as const;

export type PageName = keyof typeof pageCode;
