import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = join(import.meta.dirname, '..', '..', '..');

const text = z.string().min(1);
const condition = z.enum(['service_healthy', 'service_completed_successfully']);
const network = z.union([z.null(), z.strictObject({ aliases: z.array(text).optional() })]);

/**
 * What our compose files use of the Compose Specification, with everything that a service must have. A key that is
 * misspelt, or that docker-compose 1.29 does not know, is refused here; what it means there is seen in `tests/containers`.
 */
const serviceSchema = z.strictObject({
  image: text,
  user: z
    .string()
    .regex(/^\d+:\d+$/)
    .optional(),
  profiles: z.array(text).optional(),
  working_dir: text.optional(),
  entrypoint: z.array(text).optional(),
  command: z.array(text).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  secrets: z.array(text).optional(),
  ports: z.array(text).optional(),
  networks: z.union([z.array(text), z.record(z.string(), network)]),
  volumes: z.array(text).optional(),
  tmpfs: z.array(text),
  shm_size: text.optional(),
  restart: z.enum(['unless-stopped', 'no']),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  cap_add: z.array(text).optional(),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  logging: z.strictObject({
    driver: z.literal('json-file'),
    options: z.strictObject({ 'max-size': text, 'max-file': text }),
  }),
  mem_limit: text,
  cpus: z.union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?$/)]),
  pids_limit: z.int().positive(),
  stop_signal: z.literal('SIGINT').optional(),
  stop_grace_period: text.optional(),
  healthcheck: z
    .strictObject({
      test: z.array(text).min(2).optional(),
      interval: text,
      timeout: text,
      retries: z.int().positive(),
      start_period: text,
    })
    .optional(),
});

const fileSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(
    z.string(),
    z.strictObject({
      internal: z.boolean().optional(),
      ipam: z.strictObject({ config: z.tuple([z.strictObject({ subnet: text })]) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.strictObject({})),
  secrets: z.record(z.string(), z.strictObject({ file: text })),
});

export type ComposeFile = z.infer<typeof fileSchema>;
export type Service = z.infer<typeof serviceSchema>;

/** Reads a compose file as compose does: variables are replaced by what is given, else by their defaults. */
export function readCompose(file: string, given: Readonly<Record<string, string>> = {}): ComposeFile {
  const written = readFileSync(join(root, file), 'utf8');
  const filled = written.replaceAll(/\$\$|\$\{(\w+):-([^}]*)\}/g, (match, name: string | undefined, fallback: string) =>
    name === undefined ? match.slice(1) : (given[name] ?? fallback),
  );
  return fileSchema.parse(parse(filled, { merge: true }));
}

/** The names of all variables that a file reads. */
export function variablesOf(file: string): Set<string> {
  const names = readFileSync(join(root, file), 'utf8').matchAll(/(?<!\$)\$\{?(\w+)/g);
  return new Set(Array.from(names, ([, name = '']) => name));
}

export function networksOf({ networks }: Service): string[] {
  return (Array.isArray(networks) ? networks : Object.keys(networks)).toSorted();
}
