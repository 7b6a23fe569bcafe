import { objectiveMsMax } from '@cluster-ai/core/batching/latency-objective.ts';
import { z } from 'zod';
import { corsSchema, plaintextSchema, tlsSchema, trustedProxiesSchema } from './listener.ts';

const milliseconds = (fallback: number, max: number) => z.int().min(1).max(max).default(fallback);

/** One address, or a list of them. */
const oneOrMore = z.union([z.array(z.string().min(1)).min(1), z.string().min(1)]);

function asList(given: z.output<typeof oneOrMore>): [string, ...string[]] {
  const [first = '', ...others] = Array.isArray(given) ? given : [given];
  return [first, ...others];
}

/** Settings of the gateway. Default < YAML file < environment (`CLUSTER_AI_GATEWAY_…`) < flag. */
export const gatewayConfigSchema = z.strictObject({
  name: z.string().min(1).max(128).default('gateway-1').describe('Name of this gateway in the fleet.'),
  home: z.string().min(1).describe('Folder for snapshots and model files of this gateway.'),
  as: z
    .enum(['cluster-ai', 'triton', 'kserve'])
    .default('cluster-ai')
    .describe(
      'Whose words clients of the Open Inference Protocol expect where servers differ: name in the metadata, statuses of health and readiness.',
    ),
  http: z
    .strictObject({
      host: z
        .string()
        .default('127.0.0.1')
        .describe('Address to listen on. Other than loopback addresses need TLS, or `http.plaintext`.'),
      port: z.int().min(0).max(65_535).default(8000).describe('Port of the inference protocols; 0 takes a free one.'),
      server: z
        .enum(['own', 'node'])
        .default('own')
        .describe("Who speaks HTTP: our own server, which knows HTTP/2 as well, or Node's, which is slower."),
      reusePort: z
        .boolean()
        .default(false)
        .describe(
          'Other gateways of the same user that say so too may listen on the ports of `http` and `grpc` (SO_REUSEPORT, Linux). `cluster-ai up --gateways` sets it.',
        ),
      bodyBytesMax: z
        .int()
        .min(1_024)
        .max(2 ** 31 - 1)
        .default(64 * 2 ** 20)
        .describe('Largest request body, bytes.'),
      jsonBytesMax: z
        .int()
        .min(1_024)
        .max(256 * 2 ** 20)
        .default(16 * 2 ** 20)
        .describe(
          'Largest JSON text of a request, bytes; reading one takes up to 40 ms a MiB from everybody. Larger tensors travel in binary.',
        ),
      jsonNumbers: z
        .enum(['wasm', 'plain'])
        .default('wasm')
        .describe(
          'How arrays of numbers in JSON are read and written: `wasm` by a WebAssembly module straight from and into tensors, `plain` number by number. Answers are the same.',
        ),
      headerBytesMax: z.int().min(1_024).max(1_048_576).default(32_768).describe('Largest request header, bytes.'),
      connectionsMax: z.int().min(1).max(1_000_000).default(10_000).describe('Connections at once.'),
      requestTimeoutMs: milliseconds(30_000, 3_600_000).describe('A request must have arrived whole within this time.'),
      answerTimeoutMs: milliseconds(120_000, 3_600_000).describe(
        'A client must have taken its answer whole within this time.',
      ),
      idleTimeoutMs: milliseconds(75_000, 3_600_000).describe(
        'A connection without a request is closed after this time.',
      ),
      plaintext: plaintextSchema,
      tls: tlsSchema,
      publicUrl: z
        .string()
        .optional()
        .describe('Where clients reach this gateway, shown in status and examples. Unset: host and port.'),
      trustedProxies: trustedProxiesSchema,
      cors: corsSchema,
    })
    .prefault({}),
  grpc: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe(
          'Answer the Open Inference Protocol over gRPC, under the address, certificate, time limits and `plaintext` of `http`.',
        ),
      port: z.int().min(0).max(65_535).default(8001).describe('Port of gRPC; 0 takes a free one.'),
      server: z
        .enum(['own', 'grpc-js'])
        .default('own')
        .describe('Who speaks gRPC: our own server of HTTP/2, or that of @grpc/grpc-js, which is slower.'),
      messageBytesMax: z
        .int()
        .min(1_024)
        .max(2 ** 31 - 1)
        .default(64 * 2 ** 20)
        .describe('Largest message of a client, bytes, also once it is unpacked.'),
      streamsMax: z.int().min(1).max(1_000_000).default(1_024).describe('Calls at once on one connection.'),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      host: z
        .string()
        .default('127.0.0.1')
        .describe('Address of the metrics listener. Other than loopback addresses need `metrics.plaintext`.'),
      port: z
        .int()
        .min(0)
        .max(65_535)
        .default(8002)
        .describe('Port of /metrics, /livez and /readyz; 0 takes a free one.'),
      plaintext: z
        .enum(['loopback-only', 'allowed'])
        .default('loopback-only')
        .describe('`allowed` lets it have other than loopback addresses: this listener asks for no key.'),
    })
    .prefault({}),
  auth: z
    .enum(['loopback-exempt', 'required'])
    .default('loopback-exempt')
    .describe('`required` ends the loopback exemption: every call needs a key.'),
  lockout: z
    .strictObject({
      attemptsMax: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(20)
        .describe('Calls with unknown keys from one address; then such calls are locked out. Good keys go on.'),
      windowMs: milliseconds(60_000, 86_400_000).describe('Unknown keys are counted for this long.'),
      lockMs: milliseconds(60_000, 86_400_000).describe('How long the lock lasts.'),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: z
        .string()
        .regex(/^rediss?:\/\/\S+$/, 'an address that begins with redis:// or rediss://')
        .optional()
        .describe(
          'Redis (REDIS_URL) over which gateways count limits and wrong keys together, `rediss://` with TLS. Unset: each counts alone.',
        )
        .meta({ secret: true, env: 'REDIS_URL' }),
      connectTimeoutMs: milliseconds(1_000, 60_000).describe('Wait for a connection to Redis at most.'),
      commandTimeoutMs: milliseconds(100, 10_000).describe(
        'Wait for an answer of Redis at most; then this gateway counts alone until Redis is back.',
      ),
    })
    .prefault({}),
  admission: z
    .strictObject({
      queueLengthMax: z.int().min(1).max(1_000_000).default(2_048).describe('Requests waiting for one model version.'),
      inFlightMax: z.int().min(1).max(1_000_000).default(8_192).describe('Requests inside the gateway at once.'),
      bodyBytesInFlightMax: z
        .int()
        .min(1_024)
        .max(2 ** 40)
        .default(512 * 2 ** 20)
        .describe('Bytes of the bodies of requests inside the gateway together.'),
      defaultTimeoutMs: milliseconds(30_000, 3_600_000).describe('Deadline of a request that names none.'),
      busyPollMicroseconds: z
        .int()
        .min(0)
        .max(10_000)
        .default(200)
        .describe(
          'While one or two requests at a time follow one another within this time, the gateway stays awake for the next instead of sleeping: less latency for a core that is busy while it lasts. 0 always sleeps.',
        ),
      coresAwake: z
        .enum(['auto', 'always', 'never'])
        .default('auto')
        .describe(
          'While 500 requests a second or more come, no core of the machine falls into a sleep from which it wakes slowly (/dev/cpu_dma_latency of Linux): less latency for the power of awake cores. auto: on a machine of up to 16 cores where the gateway may open that device, as root may. always: on any, and the gateway does not start where it may not.',
        ),
    })
    .prefault({}),
  batching: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Merge requests that arrive in one turn of the event loop.'),
      rowsMax: z
        .int()
        .min(1)
        .max(65_536)
        .default(64)
        .describe(
          'Rows of a merged batch, unless the model says otherwise: fewer where its probe finds that more bring nothing.',
        ),
      latencyObjectiveMs: z
        .number()
        .min(0)
        .max(objectiveMsMax)
        .default(0)
        .describe(
          'What 99 of 100 requests to a model shall keep, unless the model says otherwise: batches, delay and instances are picked for it. 0: none.',
        ),
      instancesMax: z
        .int()
        .min(1)
        .max(64)
        .optional()
        .describe(
          'Instances that a model is given at most for its latency objective. Unset: as many as the machine has cores.',
        ),
    })
    .prefault({}),
  runner: z
    .strictObject({
      slotsMax: z.int().min(1).max(1_024).default(32).describe('Threads of one runner process.'),
      dedicatedFromBytes: z
        .int()
        .min(0)
        .default(256 * 2 ** 20)
        .describe('A model of this size or more gets a process of its own.'),
      inlineModels: z
        .array(z.string().min(1))
        .default([])
        .describe(
          'Names of tiny models that run inside the gateway: the fastest way, and one that crashes or hangs takes the gateway with it.',
        ),
      inlineBytesMax: z
        .int()
        .min(0)
        .max(2 ** 30)
        .default(8 * 2 ** 20)
        .describe('A larger model is not run inside the gateway, bytes of all its files.'),
      executionTimeoutMs: milliseconds(60_000, 3_600_000).describe(
        'A run that takes longer counts as hung: its runner is killed.',
      ),
      memoryBytesMax: z
        .int()
        .min(256 * 2 ** 20)
        .optional()
        .describe('Memory that one runner may fill, bytes; one that fills more is killed. Unset: half of the machine.'),
      crashesMax: z
        .int()
        .min(1)
        .max(1_000)
        .default(2)
        .describe('A model that brought runners down so often within `crashWindowMs` is taken out of service.'),
      crashWindowMs: milliseconds(3_600_000, 604_800_000).describe('Crashes are remembered for this long.'),
      confinement: z
        .enum(['as-allowed', 'required'])
        .default('as-allowed')
        .describe('`required` starts no model unless the system lets runners be shut in completely.'),
      loadTimeoutMs: milliseconds(120_000, 3_600_000).describe('Loading and warming a model at most.'),
      warmUpMsMax: z
        .int()
        .min(0)
        .max(600_000)
        .default(5_000)
        .describe(
          'Before it is ready, each copy of a model whose requests are merged runs once with each size of batch (2, 4, 8 … rows, the largest, and preferred ones). That takes about so many milliseconds at most; sizes that are left out are named in the log. 0 leaves all of them out.',
        ),
      drainTimeoutMs: milliseconds(30_000, 3_600_000).describe(
        'Wait for runs to end before a slot or a runner is closed.',
      ),
    })
    .prefault({}),
  control: z
    .strictObject({
      url: oneOrMore
        .default('http://127.0.0.1:3000')
        .describe('Where the control plane listens; of several on one database each, asked in turn when one is away.')
        .transform(asList),
      caFile: z
        .union([z.array(z.string().min(1)), z.string().min(1)])
        .default([])
        .describe(
          "PEM file, or several, that control planes' certificates are checked against in place of the system's CAs: their CA, or themselves.",
        )
        .transform((given) => [given].flat()),
      tokenFile: z.string().optional().describe('File with the join token of this gateway.'),
      modelFiles: z
        .string()
        .optional()
        .describe(
          "The control plane's model file store, when it is on the same disk; files are then linked, not fetched.",
        ),
    })
    .prefault({}),
  routing: z
    .strictObject({
      seed: z.int().optional().describe('Fixed seed of the random draw among variants, for tests.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe level that is written.'),
      slowRequestMs: z.int().min(1).default(1_000).describe('Requests slower than this are logged.'),
      sampleEvery: z.int().min(0).default(1_000).describe('Every n-th request is logged; 0 logs none.'),
    })
    .prefault({}),
  shutdown: z
    .strictObject({
      drainTimeoutMs: milliseconds(30_000, 3_600_000).describe('Answer what has arrived within this time, then stop.'),
    })
    .prefault({}),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
