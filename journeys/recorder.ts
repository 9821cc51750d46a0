// A proxy before the portal that keeps every byte of every request and answer, as files to be searched later.
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Exchange {
  method: string;
  path: string;
  /** Of the answer; absent until it came. */
  status?: number;
}

export class Recorder {
  readonly exchanges: Exchange[] = [];
  /** Where the portal listens; known once it has started. */
  portal = '';

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
  ) {}

  static async open(folder: string): Promise<Recorder> {
    mkdirSync(folder, { recursive: true });
    const server = createServer();
    const recorder = new Recorder(folder, server);
    server.on('request', (incoming, outgoing) => {
      const exchange: Exchange = { method: incoming.method ?? '', path: incoming.url ?? '' };
      const number = recorder.exchanges.push(exchange);
      // Compressed answers could not be searched.
      const { 'accept-encoding': _, ...headers } = incoming.headers;
      const onward = request(recorder.portal + exchange.path, { method: exchange.method, headers });
      recorder.keep(number, 'request', `${exchange.method} ${exchange.path}`, incoming);
      incoming.pipe(onward);
      onward.on('response', (answer) => {
        exchange.status = answer.statusCode ?? 0;
        recorder.keep(number, 'response', String(exchange.status), answer);
        outgoing.writeHead(exchange.status, answer.rawHeaders);
        outgoing.flushHeaders(); // An event stream sends nothing more for a while.
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return recorder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many requests of one kind were made so far. */
  count(method: string, path: RegExp): number {
    return this.exchanges.filter((exchange) => exchange.method === method && path.test(exchange.path)).length;
  }

  /** What the newest request of one kind held. */
  bodyOf(method: string, path: string): string {
    const index = this.exchanges.findLastIndex((exchange) => exchange.method === method && exchange.path === path);
    return readFileSync(this.file(index + 1, 'request'), 'utf8').split('\n\n').slice(1).join('\n\n');
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  private file(number: number, side: string): string {
    return join(this.folder, `${String(number).padStart(5, '0')}-${side}`);
  }

  private keep(number: number, side: string, line: string, message: IncomingMessage): void {
    const file = createWriteStream(this.file(number, side));
    file.write(`${line}\n${headerLines(message.headers)}\n\n`);
    message.pipe(file);
  }
}

function headerLines(headers: IncomingHttpHeaders): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
