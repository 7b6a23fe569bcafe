/**
 * What code in the place of a runner can do: written next to the models of a gateway and started as a runner is. Prints
 * one JSON object, an attempt a key. Plain JavaScript in a function, because it is handed over as text.
 */
export function attempts(): void {
  const fs = process.getBuiltinModule('node:fs');
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { createConnection } = process.getBuiltinModule('node:net');
  const { networkInterfaces } = process.getBuiltinModule('node:os');
  const [
    address = '',
    secretFile = '',
    socketFile = '',
    ownFolder = '',
    programFolder = '',
    parent = '',
    openFolder = '',
  ] = process.argv.slice(2);
  const [host = '', port = ''] = address.split(':');
  const said: Record<string, string> = {};
  const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'error');
  const attempt = (what: string, action: () => unknown): void => {
    try {
      said[what] = `done: ${String(action()).slice(0, 200)}`;
    } catch (error) {
      said[what] = codeOf(error);
    }
  };
  const spawned = (file: string, args: string[] = []): unknown => {
    const { error, status } = spawnSync(file, args);
    if (error !== undefined) throw error;
    return status;
  };
  attempt('read a secret of the gateway', () => fs.readFileSync(secretFile, 'utf8'));
  attempt('write beside its model', () => fs.writeFileSync(`${ownFolder}/written`, 'x'));
  attempt('remove its model', () => fs.unlinkSync(`${ownFolder}/model.txt`));
  attempt('read its model', () => fs.readFileSync(`${ownFolder}/model.txt`, 'utf8'));
  attempt('write to the program', () => fs.writeFileSync(`${programFolder}/packages/core/package.json`, '{}'));
  attempt('write to a folder of everybody', () => fs.writeFileSync(`${openFolder}/written`, 'x'));
  attempt('make a folder', () => fs.mkdirSync(`${openFolder}/made`));
  attempt('start a shell', () => spawned('/bin/sh', ['-c', 'true']));
  attempt('read the environment of the gateway', () => fs.readFileSync(`/proc/${parent}/environ`, 'latin1'));
  attempt('read the memory of the gateway', () => fs.readFileSync(`/proc/${parent}/maps`, 'latin1'));
  attempt('list processes', () => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length);
  attempt('read /etc/passwd', () => fs.readFileSync('/etc/passwd', 'utf8').length);
  said['environment'] = Object.keys(process.env).toSorted().join(' ');
  said['network'] = Object.keys(networkInterfaces()).join(' ');
  attempt('status', () => 'read');
  try {
    const status = fs.readFileSync('/proc/self/status', 'utf8');
    said['status'] = ['CapEff', 'CapBnd', 'NoNewPrivs']
      .map((name) => new RegExp(`^${name}:.*$`, 'm').exec(status)?.[0])
      .join(' ');
    said['limits'] = fs.readFileSync('/proc/self/limits', 'utf8');
  } catch (error) {
    said['status'] = codeOf(error);
  }
  const finish = (): void => console.log(JSON.stringify(said));
  const connect = (
    what: string,
    options: { path: string } | { host: string; port: number },
    next: () => void,
  ): void => {
    const socket = createConnection(options);
    socket.setTimeout(2_000, () => socket.destroy(Object.assign(new Error('timeout'), { code: 'TIMEOUT' })));
    socket.on('connect', () => {
      said[what] = 'done: connected';
      socket.destroy();
      next();
    });
    socket.on('error', (error) => {
      said[what] = codeOf(error);
      next();
    });
  };
  connect('call a listener of this machine', { host, port: Number(port) }, () =>
    connect("call the database's socket", { path: socketFile }, finish),
  );
}
