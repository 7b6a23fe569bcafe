/**
 * A page sends this header, with `true`, with what it asks on its own while nobody has touched it for a while: such a call
 * does not count as use of the session, which so ends although its page stays open.
 */
export const unattendedHeader = 'x-unattended';
