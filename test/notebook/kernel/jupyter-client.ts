/** A small Jupyter client: starts the kernel as its specification says and talks to it, without Python. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Request, Subscriber } from 'zeromq';
import { installKernel } from '../../../lib/notebook/kernel/kernelspec';

type Content = Readonly<Record<string, unknown>>;

interface Message {
  readonly type: string;
  /** Id of the request that it belongs to. */
  readonly parent: string | undefined;
  readonly content: Content;
}

export interface CellResult {
  readonly reply: Content;
  /** Of the outputs: streams by name, the rest by message. */
  readonly stdout: string;
  readonly stderr: string;
  readonly messages: readonly Message[];
}

export interface Client {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Sends a request and waits for its reply. @param channel where frontends send what must not wait for a cell. */
  request(type: string, content: Content, channel?: 'shell' | 'control'): Promise<Content>;
  /** What the kernel's heart answers to a beat. */
  heartbeat(beat: string): Promise<string>;
  execute(code: string, options?: Content): Promise<CellResult>;
  close(): void;
}

const delimiter = '<IDS|MSG>';
const key = 'a key';

/** @param cwd the folder of the notebook, from which Jupyter starts a kernel. */
export async function startClient(cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Client> {
  const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-kernel-'));
  installKernel(folder, undefined, false);
  const specification = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as { argv: string[] };
  const [shellPort, iopubPort, stdinPort, controlPort, hbPort] = await freePorts(5);
  const file = join(folder, 'connection.json');
  writeFileSync(
    file,
    JSON.stringify({
      ...{ transport: 'tcp', ip: '127.0.0.1', key, signature_scheme: 'hmac-sha256' },
      ...{ shell_port: shellPort, iopub_port: iopubPort, stdin_port: stdinPort },
      ...{ control_port: controlPort, hb_port: hbPort },
    }),
  );
  const [program, ...args] = specification.argv.map((arg) => (arg === '{connection_file}' ? file : arg));
  const child = spawn(program as string, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const session = randomUUID();
  const shell = new Dealer({ routingId: session, linger: 0 });
  const control = new Dealer({ routingId: session, linger: 0 });
  const heart = new Request({ linger: 0 });
  const iopub = new Subscriber({ linger: 0 });
  shell.connect(`tcp://127.0.0.1:${shellPort}`);
  control.connect(`tcp://127.0.0.1:${controlPort}`);
  heart.connect(`tcp://127.0.0.1:${hbPort}`);
  iopub.connect(`tcp://127.0.0.1:${iopubPort}`);
  iopub.subscribe();

  const published: Message[] = [];
  const waiting = new Map<string, (content: Content) => void>();
  void (async () => {
    for await (const frames of iopub) published.push(parse(frames));
  })();
  for (const channel of [shell, control])
    void (async () => {
      for await (const frames of channel) {
        const { parent, content } = parse(frames);
        waiting.get(parent ?? '')?.(content);
      }
    })();

  const send = async (id: string, type: string, content: Content, channel = shell): Promise<Content> => {
    const reply = new Promise<Content>((resolve) => waiting.set(id, resolve));
    const header = { msg_id: id, session, username: 'test', version: '5.3', msg_type: type, date: '' };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    await channel.send([delimiter, sign(parts), ...parts]);
    return reply;
  };
  const client: Client = {
    child,
    ended,
    request: (type, content, channel = 'shell') =>
      send(randomUUID(), type, content, channel === 'shell' ? shell : control),
    async heartbeat(beat) {
      await heart.send(beat);
      const [answer] = await heart.receive();
      return String(answer);
    },
    async execute(code, options = {}) {
      const id = randomUUID();
      const reply = await send(id, 'execute_request', {
        code,
        silent: false,
        stop_on_error: true,
        ...options,
      });
      const mine = (): Message[] => published.filter(({ parent }) => parent === id);
      const isIdle = ({ type, content }: Message): boolean =>
        type === 'status' && content['execution_state'] === 'idle';
      while (!mine().some(isIdle)) await new Promise((resolve) => setTimeout(resolve, 10));
      const stream = (name: string): string =>
        mine()
          .filter(({ type, content }) => type === 'stream' && content['name'] === name)
          .map(({ content }) => content['text'] as string)
          .join('');
      return { reply, stdout: stream('stdout'), stderr: stream('stderr'), messages: mine() };
    },
    close() {
      for (const socket of [shell, control, heart, iopub]) socket.close();
      if (child.exitCode === null) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // Publications that come before the subscription stands are lost; Jupyter waits in the same way.
  while (published.length === 0) {
    const answered = client.request('kernel_info_request', {}).then(() => true);
    await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 500))]);
    if (child.exitCode !== null) throw new Error(`the kernel ended with ${child.exitCode}`);
  }
  return client;
}

function sign(parts: readonly string[]): string {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

function parse(frames: readonly Buffer[]): Message {
  const texts = frames.map((frame) => frame.toString());
  const [signature, ...parts] = texts.slice(texts.indexOf(delimiter) + 1) as [string, ...string[]];
  if (signature !== sign(parts)) throw new Error('a message is not signed');
  const [header, parent, , content] = parts.map((part) => JSON.parse(part) as Record<string, unknown>);
  return {
    type: header?.['msg_type'] as string,
    parent: parent?.['msg_id'] as string | undefined,
    content: content as Content,
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
