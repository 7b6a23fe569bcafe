import { z } from 'zod';

/** Settings that listeners of several programs have, each under the listener's own group. */
export const tlsSchema = z
  .strictObject({
    certFile: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the certificate, its chain after it. Read again when it changes.'),
    keyFile: z.string().min(1).optional().describe('PEM file with the key of that certificate, without a passphrase.'),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').describe('Oldest version of TLS that is spoken.'),
  })
  .prefault({});

export const plaintextSchema = z
  .enum(['loopback-only', 'allowed'])
  .default('loopback-only')
  .describe('`allowed` lets the listener have other than loopback addresses without TLS: a proxy in front ends TLS.');

export const trustedProxiesSchema = z
  .array(z.string())
  .default([])
  .describe('Addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-For` and `-Proto` are believed.');

export const corsSchema = z
  .strictObject({
    origins: z
      .array(z.string())
      .default([])
      .describe('Pages of these origins (`https://app.example.com`) may call from a browser, with a key.'),
  })
  .prefault({});
