import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { putBlob } from '../../api/blobs';
import { Refused } from '../../api/problem';
import { t } from '../../text';
import { vault } from '../../vault/client';
import { Attachment } from './attachment.svelte';

vi.mock('../../api/blobs', () => ({ putBlob: vi.fn() }));
vi.mock('../../vault/client', async (original) => ({ ...(await original<object>()), vault: { call: vi.fn() } }));

const put = vi.mocked(putBlob);
const seal = vi.mocked(vault.call);

const tooMany = (retryAfter?: number) =>
  new Refused({
    type: 'too-many-requests',
    status: 429,
    title: '',
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
  });

beforeEach(() => {
  vi.useFakeTimers();
  let sealed = 0;
  seal.mockReset().mockImplementation(() => {
    sealed += 1;
    const file = { name: 'a.txt', mediaType: 'text/plain', size: 1, sha256: `hash ${sealed}`, key: '' };
    return Promise.resolve({ file, sealed: new Blob() });
  });
  put.mockReset().mockResolvedValue(undefined);
});

afterEach(() => {
  vi.useRealTimers();
});

function started(): Attachment {
  const attachment = new Attachment(new File(['a'], 'a.txt'));
  attachment.start();
  return attachment;
}

const hashes = () => put.mock.calls.map(([sha256]) => sha256);

describe('Attachment', () => {
  it('is sealed anew where the portal no longer has it', async () => {
    const attachment = started();
    await attachment.settled();
    attachment.startAgain();
    expect(await attachment.settled()).toMatchObject({ sha256: 'hash 2' });
    expect(hashes()).toEqual(['hash 1', 'hash 2']);
  });

  it('is uploaded again as it was sealed where that failed', async () => {
    put.mockRejectedValueOnce(new Refused({ type: 'upload-incomplete', status: 400, title: '' }));
    const attachment = started();
    expect(await attachment.settled()).toBeUndefined();
    expect(attachment.state).toEqual({ name: 'failed', problem: t('problem.upload-incomplete') });
    attachment.start();
    expect(await attachment.settled()).toMatchObject({ sha256: 'hash 1' });
    expect(hashes()).toEqual(['hash 1', 'hash 1']);
  });

  it('waits for a place', async () => {
    put.mockRejectedValueOnce(tooMany(5)).mockRejectedValueOnce(tooMany(5));
    const attachment = started();
    await vi.advanceTimersByTimeAsync(4999);
    expect([attachment.state.name, hashes().length]).toEqual(['waiting', 1]);
    await vi.advanceTimersByTimeAsync(5001);
    await attachment.settled();
    expect([attachment.state.name, hashes().length]).toEqual(['ready', 3]);
  });

  it('does not wait for a place without end, nor once it is cancelled', async () => {
    put.mockRejectedValue(tooMany(5));
    const attachment = started();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(attachment.state).toEqual({ name: 'failed', problem: t('problem.too-many-requests') });
    const tried = hashes().length;
    attachment.start();
    await vi.advanceTimersByTimeAsync(1);
    attachment.cancel();
    await vi.advanceTimersByTimeAsync(600_000);
    await attachment.settled();
    expect(hashes().length).toBe(tried + 1);
  });

  it('says so where the day has no more, and can be tried again', async () => {
    put.mockRejectedValueOnce(tooMany());
    const attachment = started();
    await attachment.settled();
    expect(attachment.state).toEqual({ name: 'failed', problem: t('compose.file.enough-today') });
    attachment.start();
    expect(await attachment.settled()).toBeDefined();
  });
});
