import { z } from 'zod';

// zod compiles schemas with `new Function` where it may. The content security policy forbids that, and each attempt
// would be reported in the console. It decides when a schema is made, so this module is imported before any schema.
z.config({ jitless: true });
