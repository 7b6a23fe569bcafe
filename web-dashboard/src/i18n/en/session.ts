export const session = {
  viewer: 'viewer',
  operator: 'operator',
  admin: 'administrator',
  notKnownYet: 'It is not known yet who you are',
  needsRole: 'This needs the role {needed}; yours is {role}',
  needsSignIn: 'This needs the role {needed}: sign in first',
} as const;
