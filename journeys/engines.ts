// Where a portal under test stores what it is given, and how to look at all of it afterwards.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { objects, postgres } from './parts';

export interface Engine {
  name: string;
  /** Makes an empty store, and says how the portal is told of it. */
  prepare(data: string): Promise<Stored>;
}

export interface Stored {
  environment: Record<string, string>;
  /** Where all of it can be read as files, below `folder` or beside it. */
  dump(folder: string): Promise<{ database: string; blobs: string }>;
}

/** One file for the database, one folder for the blobs: what a portal does unless told. */
export const embedded: Engine = {
  name: 'SQLite and a folder',
  async prepare(data) {
    return { environment: {}, dump: async () => ({ database: data, blobs: join(data, 'blobs') }) };
  },
};

/** A database server, and one folder for the blobs. An object store would refuse who believes that it is another day. */
export const served: Engine = {
  name: 'PostgreSQL and a folder',
  async prepare(data) {
    const { database, dump } = newDatabase();
    return {
      environment: { RESTANTE_DATABASE: database },
      dump: async (folder) => ({ database: dump(folder), blobs: join(data, 'blobs') }),
    };
  },
};

/** What several portal processes share. */
export const distributed: Engine = {
  name: 'PostgreSQL and S3',
  async prepare() {
    const { name, database, dump } = newDatabase();
    const bucket = name.replaceAll('_', '-');
    const s3 = new AwsClient({
      accessKeyId: objects.accessKey(),
      secretAccessKey: objects.secretKey(),
      region: objects.region(),
      service: 's3',
    });
    const ask = async (path: string, method = 'GET') => {
      const answer = await s3.fetch(`${objects.endpoint()}/${bucket}${path}`, { method });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer;
    };
    await ask('', 'PUT');
    return {
      environment: {
        RESTANTE_DATABASE: database,
        RESTANTE_BLOBS: `s3://${bucket}`,
        RESTANTE_S3_ENDPOINT: objects.endpoint(),
        RESTANTE_S3_REGION: objects.region(),
        RESTANTE_S3_ACCESS_KEY: objects.accessKey(),
        RESTANTE_S3_SECRET_KEY: objects.secretKey(),
      },
      async dump(folder) {
        const blobs = join(folder, 'objects');
        mkdirSync(blobs);
        const listing = await (await ask('?list-type=2&max-keys=1000')).text();
        if (!listing.includes('<IsTruncated>false')) throw new Error('more than a page of objects');
        for (const [, key] of listing.matchAll(/<Key>([^<]+)<\/Key>/g)) {
          const bytes = Buffer.from(await (await ask(`/${key}`)).arrayBuffer());
          writeFileSync(join(blobs, encodeURIComponent(key!)), bytes);
        }
        return { database: dump(folder), blobs };
      },
    };
  },
};

function newDatabase() {
  const name = `journey_${randomUUID().replaceAll('-', '')}`;
  const database = postgres.url().replace(/[^/]*$/, name);
  execFileSync(postgres.program('psql'), ['-q', postgres.url(), '-c', `CREATE DATABASE ${name}`]);
  return {
    name,
    database,
    dump(folder: string): string {
      const dumped = join(folder, 'database');
      mkdirSync(dumped);
      // Binary columns leave pg_dump in hexadecimal, which the search knows.
      execFileSync(postgres.program('pg_dump'), ['--file', join(dumped, 'dump.sql'), database]);
      return dumped;
    },
  };
}
