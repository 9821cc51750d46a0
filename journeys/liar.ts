// A portal that lies: the proxy of crates/liar, which stands between the recorder and the portal for a while.
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Portal } from './portal';

const BINARY = resolve(import.meta.dirname, '../target/debug/liar');

export class Liar {
  private constructor(
    private readonly process: ChildProcess,
    private readonly portal: Portal,
    private readonly honest: string,
  ) {}

  /** From now on people are told this lie, in the words of the program's arguments. */
  static async tells(portal: Portal, ...lie: string[]): Promise<Liar> {
    const honest = portal.recorder.portal;
    const process = spawn(BINARY, ['--portal', honest, ...lie], { stdio: ['ignore', 'pipe', 'inherit'] });
    portal.recorder.portal = await new Promise<string>((found, failed) => {
      process.once('exit', (code) => failed(new Error(`the liar ended with ${code}`)));
      createInterface({ input: process.stdout }).on('line', (line) => {
        const listening = /listening on (http:\/\/\S+)/.exec(line);
        if (listening) found(listening[1]!);
      });
    });
    return new Liar(process, portal, honest);
  }

  /** They are told the truth again. */
  async stops(): Promise<void> {
    this.portal.recorder.portal = this.honest;
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await ended;
  }
}
