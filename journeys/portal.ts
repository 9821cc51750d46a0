// A portal of its own for each journey: the real binary, its own data, a recorder before it.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { rawMails } from './basic-mail';
import type { Engine, Stored } from './engines';
import { mail } from './parts';
import type { Person } from './person';
import { Recorder } from './recorder';

const BINARY = resolve(import.meta.dirname, '../target/debug/restante');

export const PORTAL_NAME = 'Kanzlei Beispiel';
export const ADMINISTRATOR = 'office@example.test';

export class Portal {
  private process: ChildProcess | undefined;
  /** How many days before today the portal believes it to be. */
  daysAgo = 0;

  private constructor(
    readonly home: string,
    readonly recorder: Recorder,
    private readonly stored: Stored,
    private readonly environment: Record<string, string>,
  ) {}

  static async start(engine: Engine, daysAgo = 0): Promise<Portal> {
    const home = mkdtempSync(join(tmpdir(), 'restante-journey-'));
    const data = join(home, 'data');
    mkdirSync(join(home, 'logs'));
    const recorder = await Recorder.open(join(home, 'http'));
    const stored = await engine.prepare(data);
    const portal = new Portal(home, recorder, stored, {
      PATH: process.env['PATH'] ?? '',
      // The log is searched: let it say all it could.
      RUST_LOG: 'debug',
      RESTANTE_DATA: data,
      RESTANTE_LISTEN: '127.0.0.1:0',
      RESTANTE_PUBLIC_URL: recorder.url,
      RESTANTE_NAME: PORTAL_NAME,
      RESTANTE_OFFICE_JS: 'https://appsforoffice.microsoft.com/lib/1/hosted/office.js',
      RESTANTE_MAIL_FROM: mail.user(),
      RESTANTE_SMTP_HOST: 'localhost',
      RESTANTE_SMTP_PORT: mail.submissionPort(),
      RESTANTE_SMTP_TLS: 'starttls',
      RESTANTE_SMTP_USER: mail.user(),
      RESTANTE_SMTP_PASSWORD: mail.password(),
      RESTANTE_SMTP_CA: mail.ca(),
      ...stored.environment,
    });
    portal.daysAgo = daysAgo;
    await portal.command('init', '--administrator', ADMINISTRATOR);
    await portal.serve();
    return portal;
  }

  get url(): string {
    return this.recorder.url;
  }

  /** One run of the portal's command line, beside the serving process. */
  async command(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(BINARY, words, { env: this.now() });
    return stdout;
  }

  /** One run of a person's command line, which answers in JSON. */
  async as<Answer>(person: Person, ...words: string[]): Promise<Answer> {
    const env = {
      ...this.now(),
      RESTANTE_PORTAL: this.url,
      RESTANTE_ADDRESS: person.address,
      RESTANTE_PASSWORD: person.password,
    };
    const running = promisify(execFile)(BINARY, ['--json', ...words], { env, maxBuffer: 1 << 26 });
    running.child.stdin?.end();
    return JSON.parse((await running).stdout) as Answer;
  }

  /** The process starts again on another day, counted back from today. */
  async travelsTo(daysAgo: number): Promise<void> {
    await this.end();
    this.daysAgo = daysAgo;
    await this.serve();
  }

  /** What the portal's programs run with on the day they are to believe it is. */
  private now(): Record<string, string> {
    if (this.daysAgo === 0) return this.environment;
    // The mail system's certificate is of today, and so is of no use on any other day.
    const { RESTANTE_SMTP_USER: _, RESTANTE_SMTP_PASSWORD: __, RESTANTE_SMTP_CA: ___, ...environment } = this.environment;
    return {
      ...environment,
      RESTANTE_SMTP_PORT: mail.smtpPort(),
      RESTANTE_SMTP_TLS: 'none',
      LD_PRELOAD: mail.clock(),
      FAKETIME: `-${this.daysAgo}d`,
      // Timers run on.
      DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** All that the portal keeps, wrote and sent, and all that it heard and answered, as folders of files. */
  async everything() {
    const mails = join(this.home, 'mails');
    mkdirSync(mails);
    for (const [index, source] of (await rawMails(mail.archive())).entries()) {
      writeFileSync(join(mails, `${index}.eml`), source);
    }
    const stored = await this.stored.dump(this.home);
    return { ...stored, mails, http: join(this.home, 'http'), logs: join(this.home, 'logs') };
  }

  /** Ends the process as an operator would; it must end well. */
  async stop(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null) return;
    await this.end();
    await this.recorder.close();
  }

  private async end(): Promise<void> {
    const { process } = this;
    if (!process) return;
    const ended = new Promise<number | null>((done) => process.once('exit', done));
    process.kill('SIGTERM');
    const code = await ended;
    if (code !== 0) throw new Error(`the portal ended with ${code}; its log is in ${this.home}/logs`);
  }

  /** Removes what a journey that succeeded left. */
  forget(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private async serve(): Promise<void> {
    const started = spawn(BINARY, ['serve'], { env: this.now(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = started;
    const log = createWriteStream(join(this.home, 'logs/serve'), { flags: 'a' });
    started.stderr.pipe(log);
    const lines = createInterface({ input: started.stdout });
    this.recorder.portal = await new Promise<string>((found, failed) => {
      started.once('exit', (code) => failed(new Error(`the portal ended with ${code}; its log is in ${this.home}/logs`)));
      lines.on('line', (line) => {
        log.write(`${line}\n`);
        const listening = /listening on (http:\/\/\S+)/.exec(line);
        if (listening) found(listening[1]!);
      });
    });
  }
}
