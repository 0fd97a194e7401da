import { afterEach } from 'vitest';

process.env['RLHF_KIT_PROGRESS'] = 'off';

// Tests that never wait would keep a process from answering vitest for longer than vitest waits.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));
