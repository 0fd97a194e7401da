/** The Jupyter kernel: tslab's sockets and messages around a session, with errors as Jupyter has them. */
import { requestInterrupt } from '../../train/interrupt';
import { kitVersion, packageRoot } from '../../train/versions';
import { languageInfo } from '../runner/notebook-file';
import { gatherStreams } from './gather';
import { startSession } from './session';
import { loadTslab } from './tslab';
import { endWithParent } from './watch-parent';

/** Requests that were on their way when a cell failed are not run: they come within this time, in milliseconds. */
const onTheirWay = 100;
/** Time for the last messages to leave, in milliseconds. */
const farewell = 100;

interface ExecuteRequest {
  readonly code: string;
  readonly silent?: boolean;
  readonly stop_on_error?: boolean;
}

/**
 * Serves one notebook until Jupyter says that it is enough, or is gone.
 *
 * @param connectionFile where Jupyter wrote ports and key.
 * @param engine computes from the first cell on; as for `useEngine`. One that cannot be had is said by the first cell.
 */
export async function serveKernel(connectionFile: string, engine?: string): Promise<void> {
  endWithParent();
  const { jupyter } = loadTslab(packageRoot());
  const session = startSession(engine);
  const handler = new jupyter.JupyterHandlerImpl(session.executor, false);
  const server = new jupyter.ZmqServer(handler, connectionFile);
  type Message = Parameters<typeof server.handleExecute>[1];

  const send = (socket: unknown, request: Message, type: string, content: object): void => {
    const message = request.createReply();
    message.header.msg_type = type;
    message.content = content;
    message.signAndSend(server.connInfo.key, socket);
  };

  let count = 0;
  let abortedUntil = 0;
  let queue = Promise.resolve();
  const execute = async (socket: unknown, request: Message, received: number): Promise<void> => {
    const { code, silent = false, stop_on_error: stop = true } = request.content as ExecuteRequest;
    if (received <= abortedUntil) {
      send(socket, request, 'execute_reply', { status: 'aborted', execution_count: count });
      return;
    }
    if (!silent) {
      count++;
      send(server.iopub, request, 'execute_input', { code, execution_count: count });
    }
    const printed = gatherStreams((name, text) => send(server.iopub, request, 'stream', { name, text }));
    const failure = await session.execute(code, {
      stream: printed.stream,
      display(display, update) {
        printed.flush();
        send(server.iopub, request, update ? 'update_display_data' : 'display_data', display);
      },
    });
    printed.flush();
    if (failure !== undefined) {
      send(server.iopub, request, 'error', failure);
      if (stop) abortedUntil = performance.now() + onTheirWay;
    }
    const status = failure === undefined ? 'ok' : 'error';
    send(socket, request, 'execute_reply', {
      status,
      execution_count: count,
      ...failure,
      payload: [],
      user_expressions: {},
    });
  };
  server.handleExecute = (socket, request) => {
    const received = performance.now();
    queue = queue.then(() => execute(socket, request, received));
    return queue;
  };
  server.handleCommInfoRequest = (socket, request) =>
    send(socket, request, 'comm_info_reply', { status: 'ok', comms: {} });
  handler.handleKernel = () => ({
    status: 'ok',
    protocol_version: '5.3',
    implementation: 'rlhf-kit',
    implementation_version: kitVersion(),
    language_info: languageInfo(session.typescript) as never,
    banner: `rlhf-kit ${kitVersion()}, TypeScript ${session.typescript}, Node ${process.versions.node}`,
  });
  handler.handleShutdown = ({ restart }) => ({ status: 'ok', restart });
  // Native engines and file watchers would keep the process; it is Jupyter's wish that it ends.
  server.close = () => void setTimeout(() => process.exit(0), farewell);

  // The command line's handler would end the process.
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', () => {
    // Training stops after its step, anything else that waits stops waiting.
    requestInterrupt();
    session.interrupt();
  });
  await server.init();
}
