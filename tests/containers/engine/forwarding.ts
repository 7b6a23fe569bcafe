import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const forwarding = '/proc/sys/net/ipv4/ip_forward';
/** Of every engine, under this one name. */
const bridge = 'docker0';

/**
 * An engine switches forwarding on and writes rules of its own into the tables of the kernel.
 * @returns what puts all of it back as it was
 */
export function saveForwarding(): () => void {
  const rules = execFileSync('iptables-save', { encoding: 'utf8' });
  const forwarded = readFileSync(forwarding, 'utf8');
  const hadBridge = links().includes(` ${bridge}:`);
  return () => {
    execFileSync('iptables-restore', { input: rules });
    writeFileSync(forwarding, forwarded);
    // That of another engine stays: its containers reach this machine over it.
    if (hadBridge || !links().includes(` ${bridge}:`)) return;
    if (links('master', bridge) === '') execFileSync('ip', ['link', 'delete', bridge]);
  };
}

const links = (...words: readonly string[]): string =>
  execFileSync('ip', ['-o', 'link', 'show', ...words], { encoding: 'utf8' }).trim();
