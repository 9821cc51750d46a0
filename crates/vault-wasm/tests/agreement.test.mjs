// The module and the native vault agree: the same seeds give the same bytes, and each opens what the other sealed.
// The vectors are the native vault's (crates/vault/tests/vault/vectors.rs). Needs the module: tools/build-wasm.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const folder = new URL('../../../web/src/vault/module/', import.meta.url);
const vault = await import(new URL('vault_wasm.js', folder));
await vault.default({ module_or_path: await readFile(new URL('vault_wasm_bg.wasm', folder)) });
const guessing = await import(new URL('guessing.js', folder));
await guessing.default({ module_or_path: await readFile(new URL('guessing_bg.wasm', folder)) });
const vectors = JSON.parse(
  await readFile(new URL('../../vault/tests/vectors/agreement.json', import.meta.url), 'utf8'),
);

const bytes = (base64) => new Uint8Array(Buffer.from(base64, 'base64'));
const text = (array) => Buffer.from(array).toString('base64');
const plain = (packets) => packets.map(({ packet, ...rest }) => ({ ...rest, packet: text(packet) }));
const { now, message, ben, account, claim } = vectors;
const content = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);
const readFrom = (source) => (offset, length) => source.subarray(offset, offset + length);

/** Runs `work` with randomness that the native vault had too: the nth call draws 32 bytes of n. */
function seeded(n, work) {
  let draws = 0;
  const real = crypto.getRandomValues;
  crypto.getRandomValues = (array) => {
    assert.equal(array.length, 32);
    draws += 1;
    return array.fill(n);
  };
  try {
    return work();
  } finally {
    crypto.getRandomValues = real;
    assert.ok(draws <= 1, 'one draw a call');
  }
}

function drain(source) {
  const chunks = [];
  for (let chunk = source.next(); chunk; chunk = source.next()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const [bens, own] = vectors.keyPackets.map(({ account }) => account);
/** What an honest portal answers of Ben. */
const bensAnswer = {
  address: 'ben@example.test',
  account: bens,
  name: 'Ben',
  standing: 'registered',
  certificate: ben.certificate,
};
const toBen = (vault) => vault.checkReaders(own, [{ address: 'ben@example.test' }], [bensAnswer], undefined);
const toNobody = (vault) => vault.checkReaders(own, [], [], undefined);

function code(work) {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'VaultError');
    return error.code;
  }
  assert.fail('nothing was thrown');
}

const setup = vectors.passwordSetup;

function register() {
  const attempt = seeded(1, () => vault.startRegistration(vectors.password, [], guessing));
  assert.equal(text(attempt.request), vectors.registrationRequest);
  const response = bytes(vectors.registrationResponse);
  return seeded(2, () => attempt.finish(response, setup, setup.origin, account, 'anna@example.test', now));
}

function signIn() {
  const attempt = seeded(3, () => vault.startSignIn(vectors.password));
  assert.equal(text(attempt.request), vectors.credentialRequest);
  return seeded(4, () => attempt.finish(bytes(vectors.credentialResponse), setup, setup.origin));
}

const reload = () =>
  vault.OpenVault.reload(
    bytes(vectors.vaultWithBen),
    bytes(vectors.wrappedForReload),
    bytes(vectors.reloadKey),
    account,
    bytes(vectors.sealedVault),
  );

const letter = (files) => ({
  from: { name: 'anna', address: 'anna@example.test' },
  to: [{ name: 'ben', address: 'ben@example.test' }],
  cc: [{ address: 'üdo@bücher.test' }],
  subject: 'Größe der Lieferung',
  text: 'Hello Ben,\n\nten of them, please.\n\n-- \nAnna',
  html: '<p>Hello Ben,</p>\n<p>ten of them, please.</p>',
  files,
});

function sealFile() {
  const sealer = seeded(8, () => new vault.FileSealer(readFrom(content), content.length, 'numbers.bin', 'application/octet-stream'));
  const sealed = drain(sealer);
  return { sealed, file: sealer.finish() };
}

test('registration gives the same account', () => {
  const made = register();
  assert.equal(text(made.upload), vectors.upload);
  assert.equal(text(made.certificate), vectors.certificate);
  assert.equal(text(made.sealedVault), vectors.sealedVault);
  assert.equal(made.slot, vectors.slot);
  assert.equal(text(made.passwordSlot), vectors.passwordSlot);
  assert.equal(made.vault.fingerprint, vectors.fingerprint);
  assert.equal(text(made.vault.certificate), vectors.certificate);
  const info = { fingerprint: vectors.fingerprint, addresses: ['anna@example.test'] };
  assert.deepEqual(vault.readCertificate(made.certificate), info);
});

test('sign-in opens the vault, and a reload opens it again', () => {
  const proof = signIn();
  assert.equal(text(proof.finalization), vectors.finalization);
  const open = proof.openVault(bytes(vectors.sealedVault), bytes(vectors.passwordSlot), account);
  assert.equal(open.joined, false);
  assert.equal(text(seeded(5, () => open.wrapForReload(bytes(vectors.reloadKey)))), vectors.wrappedForReload);
  assert.deepEqual(open.seen('ben@example.test', ben.fingerprint, []), { sight: 'first' });
  assert.equal(open.saw('ben@example.test', ben.fingerprint, []), true);
  assert.equal(open.saw('ben@example.test', ben.fingerprint, []), false);
  assert.deepEqual(open.seen('ben@example.test', ben.fingerprint, []), { sight: 'unconfirmed' });
  assert.equal(open.remember('ben@example.test', ben.fingerprint), true);
  assert.equal(text(seeded(6, () => open.lock())), vectors.vaultWithBen);

  const again = reload();
  assert.deepEqual(again.seen('Ben@example.test', ben.fingerprint, []), { sight: 'same' });
  const changed = again.seen('ben@example.test', vectors.fingerprint, []);
  assert.deepEqual(changed, { sight: 'changed', before: ben.fingerprint });
});

test('no older, foreign or unreadable vault is taken up, and a person may accept one', () => {
  const proof = signIn();
  const [first, second, slot] = [vectors.sealedVault, vectors.vaultWithBen, vectors.passwordSlot].map(bytes);
  const open = (sealed, of = account, lastSeen = second) => proof.openVault(sealed, slot, of, lastSeen);
  assert.equal(code(() => open(first)), 'older-vault');
  assert.equal(code(() => open(second, '0199ad0e-1f7a-7000-8000-000000000009')), 'foreign-vault');
  const noise = second.map((byte, at) => (at < 25 ? byte : byte ^ 0x55));
  assert.equal(code(() => open(noise)), 'unreadable-vault');
  const leapt = noise.map((byte, at) => (at === 20 ? 1 : byte));
  assert.equal(code(() => open(leapt)), 'vault-leapt');
  assert.equal(code(() => open(leapt, 'no id')), 'malformed');

  for (const [chosen, served] of [
    [first, first],
    [first, noise],
  ]) {
    const accepted = proof.acceptVault(chosen, served, slot, account, second);
    assert.equal(accepted.joined, true);
    assert.deepEqual(accepted.seen('ben@example.test', ben.fingerprint, []), { sight: 'same' });
    const stored = accepted.lock();
    accepted.wasStored(stored);
    assert.equal(accepted.joined, false);
    assert.equal(open(stored).fingerprint, vectors.fingerprint);
  }
  assert.equal(open(second).joinKeys(first), false);
});

test('a pass opens the vault, and no other does', () => {
  const sealed = bytes(vectors.vaultWithBen);
  const passes = [
    ['activation', vectors.activation, 15],
    ['hand-over', vectors.handOver, 16],
  ];
  for (const [purpose, vector, n] of passes) {
    const made = seeded(n, () => reload().makePass(purpose));
    assert.deepEqual({ secret: text(made.secret), token: text(made.token), wrapped: text(made.wrapped) }, vector);
    const [secret, wrapped] = [bytes(vector.secret), bytes(vector.wrapped)];
    assert.equal(text(vault.passToken(purpose, secret)), vector.token);
    assert.equal(vault.OpenVault.withPass(purpose, secret, wrapped, sealed, account).fingerprint, vectors.fingerprint);

    const other = purpose === 'activation' ? 'hand-over' : 'activation';
    assert.equal(code(() => vault.OpenVault.withPass(other, secret, wrapped, sealed, account)), 'damaged');
    assert.equal(code(() => vault.OpenVault.withPass(purpose, bytes(vector.token), wrapped, sealed, account)), 'damaged');
    assert.equal(code(() => vault.OpenVault.withPass(purpose, secret, wrapped.subarray(0, 40), sealed, account)), 'truncated');
    assert.equal(code(() => vault.passToken(purpose, secret.subarray(1))), 'malformed');
  }
  assert.equal(code(() => reload().makePass('app-password')), 'malformed');
});

test('messages and files come out the same', () => {
  const anna = reload();
  assert.equal(seeded(7, () => vault.newMessageId(now)), message);
  const { sealed: sealedFile, file } = sealFile();
  const { sealedSize, ...named } = file;
  assert.equal(sealedSize, sealedFile.length);
  assert.deepEqual([named.sha256, named.key], [vectors.fileSha256, vectors.fileKey]);
  assert.equal(text(sealedFile), vectors.sealedFile);

  const sealed = seeded(9, () => anna.seal(letter([named]), message, toBen(anna), now));
  assert.equal(text(sealed.cover), vectors.cover);
  assert.equal(text(sealed.body), vectors.body);
  assert.deepEqual(plain(sealed.keyPackets), vectors.keyPackets);
  const again = toBen(anna);
  assert.deepEqual(plain(seeded(10, () => sealed.keyPacketsFor(again))), vectors.keyPacketsAgain);
});

test('the module opens what the native vault sealed', () => {
  const anna = reload();
  const own = bytes(vectors.certificate);
  const packet = bytes(vectors.keyPackets[1].packet);
  assert.deepEqual(anna.openCover(message, packet, bytes(vectors.cover), own, now), {
    subject: 'Größe der Lieferung',
    senderName: 'anna',
    snippet: 'Hello Ben, ten of them, please. -- Anna',
    files: ['numbers.bin'],
  });
  const opened = anna.openBody(message, packet, bytes(vectors.body), own, now);
  const { date, signedAt, fingerprint, ...rest } = opened;
  assert.deepEqual([date, signedAt, fingerprint], [now, now, vectors.fingerprint]);
  assert.deepEqual(rest, letter(rest.files));
  const sealedFile = bytes(vectors.sealedFile);
  const file = new vault.FileOpener(readFrom(sealedFile), sealedFile.length, rest.files[0]);
  assert.deepEqual(new Uint8Array(drain(file)), content);
});

test('a parcel makes waiting mail readable', () => {
  const anna = reload();
  const open = () => anna.openBody(message, bytes(ben.keyPacket), bytes(ben.body), bytes(ben.certificate), now);
  assert.equal(code(open), 'wrong-key');
  assert.equal(code(() => anna.takeIn(bytes(ben.parcel), { kind: 'claim', claim })), 'foreign-parcel');
  assert.equal(anna.takeIn(bytes(ben.parcel), ben.origin), true);
  assert.equal(anna.takeIn(bytes(ben.parcel), ben.origin), false);
  assert.equal(open().from.address, 'ben@example.test');
  assert.equal(code(() => anna.takeIn(bytes('AAAA'), ben.origin)), 'malformed');
});

test('a certificate is made anew, and another client takes it up', () => {
  const [one, other] = [reload(), reload()];
  const certified = seeded(13, () => one.certify(vectors.addresses, now + 1000));
  assert.equal(text(certified), vectors.certified);
  assert.deepEqual(vault.readCertificate(certified), {
    fingerprint: vectors.fingerprint,
    addresses: vectors.addresses,
  });
  const fromAlias = { ...letter([]), from: { address: 'anna@example.test' } };
  const fromMaster = { ...fromAlias, from: { address: 'anna@new.test' } };
  assert.equal(code(() => other.seal(fromMaster, message, toNobody(other), now)), 'wrong-sender');
  other.adopt(certified);
  assert.equal(text(other.certificate), vectors.certified);
  assert.ok(other.seal(fromMaster, message, toNobody(other), now));
  const sealed = seeded(14, () => other.seal({ ...fromAlias, html: letter([]).html }, message, toBen(other), now));
  assert.equal(text(sealed.body), vectors.fromAlias);

  assert.equal(code(() => other.adopt(bytes(ben.certificate))), 'wrong-certificate');
  assert.equal(code(() => other.certify([], now)), 'malformed');
  assert.equal(code(() => other.certify(['anna@x.test', 'Anna@X.test'], now)), 'malformed');
  assert.equal(code(() => other.certify(['nobody'], now)), 'malformed');
});

test('a keyring is handed over whole', () => {
  const anna = reload();
  anna.takeIn(bytes(ben.parcel), ben.origin);
  assert.equal(text(seeded(12, () => anna.handOver(bytes(ben.certificate), claim, now))), vectors.parcelOfAll);
  assert.equal(code(() => reload().takeIn(bytes(vectors.parcelOfAll), { kind: 'claim', claim })), 'wrong-key');
});

test('a key that the last one names has succeeded it', () => {
  const anna = reload();
  const statement = seeded(11, () => anna.succession('Anna@example.test', ben.fingerprint, now));
  assert.equal(text(statement), vectors.succession);

  anna.remember('anna@example.test', vectors.fingerprint);
  const predecessors = [
    { certificate: new Uint8Array([1]), statement },
    { certificate: bytes(vectors.certificate), statement },
  ];
  const before = vectors.fingerprint;
  for (const sight of ['seen', 'seenForSealing']) {
    const look = (address, fingerprint, given) => anna[sight](address, fingerprint, given);
    assert.deepEqual(look('anna@example.test', ben.fingerprint, []), { sight: 'changed', before });
    assert.deepEqual(look('anna@example.test', ben.fingerprint, predecessors.slice(0, 1)), { sight: 'changed', before });
    assert.deepEqual(look('ANNA@example.test', ben.fingerprint, predecessors), { sight: 'succeeded', before });
  }
  anna.remember('anna@example.test', ben.fingerprint);
  assert.deepEqual(anna.seen('anna@example.test', before, []), { sight: 'same' });
  assert.deepEqual(anna.seenForSealing('anna@example.test', before, []), { sight: 'changed', before: ben.fingerprint });
});

test('nothing is sealed to what the portal answers but by the rule', () => {
  const anna = reload();
  const to = [{ address: 'ben@example.test' }];
  const eve = { ...bensAnswer, address: 'eve@example.test' };
  const lies = [
    ['recipient-not-asked', [bensAnswer, eve]],
    ['recipient-not-answered', []],
    ['recipient-answered-twice', [bensAnswer, bensAnswer]],
    ['key-of-another-address', [bensAnswer, eve], [...to, { address: 'eve@example.test' }]],
    ['another-key-as-own', [{ ...bensAnswer, account: own }]],
    ['key-unusable', [{ ...bensAnswer, certificate: 'AAAA' }]],
    ['malformed', [{ ...bensAnswer, account: 'nobody' }]],
  ];
  for (const [expected, answer, asked = to] of lies) {
    assert.equal(code(() => anna.checkReaders(own, asked, answer, undefined)), expected);
  }

  // Who has just registered knows nobody.
  const fresh = register().vault;
  const fingerprint = ben.fingerprint;
  const readers = toBen(fresh);
  assert.deepEqual(readers.list, [{ address: 'ben@example.test', fingerprint, acquaintance: 'first-contact' }]);
  assert.deepEqual(fresh.firstContacts([...to, { address: 'anna@example.test' }]), ['ben@example.test']);
  assert.equal(fresh.rememberReaders(readers), true);
  assert.equal(fresh.rememberReaders(readers), false);
  assert.equal(toBen(fresh).list[0].acquaintance, 'known');
  assert.deepEqual(fresh.firstContacts(to), []);

  anna.remember('ben@example.test', vectors.fingerprint);
  const changed = { address: 'ben@example.test', before: vectors.fingerprint, now: fingerprint };
  assert.throws(() => toBen(anna), (error) => {
    assert.deepEqual([error.code, error.addresses, error.keys], ['keys-changed', ['ben@example.test'], [changed]]);
    return true;
  });
  assert.equal(anna.acceptKeys([changed]), true);
  assert.equal(toBen(anna).list[0].acquaintance, 'known');
  assert.equal(code(() => anna.acceptKeys([{ ...changed, now: 'x' }])), 'malformed');

  anna.remember('ben.old@example.test', vectors.fingerprint);
  const moved = [{ address: 'ben@example.test', formerly: 'ben.old@example.test' }];
  assert.equal(code(() => anna.checkReaders(own, moved, [bensAnswer], undefined)), 'former-needed');
  assert.equal(code(() => anna.checkReaders(own, moved, [bensAnswer], [])), 'keys-changed');
});

test('what is wrong has its code', () => {
  const anna = reload();
  const [packet, cover, own] = [bytes(vectors.keyPackets[1].packet), bytes(vectors.cover), bytes(vectors.certificate)];
  const other = '0199ad0e-1f7a-7000-8000-000000000009';
  assert.equal(code(() => anna.openCover(other, packet, cover, own, now)), 'wrong-message');
  assert.equal(code(() => anna.openCover(message, packet, cover, bytes(ben.certificate), now)), 'unknown-sender-key');
  assert.equal(code(() => anna.openCover(message, packet, bytes(vectors.body), own, now)), 'malformed');
  assert.equal(code(() => anna.openCover(message, packet, cover.subarray(0, 40), own, now)), 'truncated');
  assert.equal(code(() => anna.openCover(message, packet, cover.map((byte, at) => (at === 90 ? byte ^ 1 : byte)), own, now)), 'damaged');
  assert.equal(code(() => anna.openCover('no id', packet, cover, own, now)), 'malformed');
  assert.equal(code(() => anna.openCover(message, packet, cover, own.subarray(0, 100), now)), 'certificate-unusable');
  const wrong = vault.startSignIn('another password');
  assert.equal(code(() => wrong.finish(bytes(vectors.credentialResponse), setup, setup.origin)), 'wrong-password');
  const elsewhere = { ...letter([]), from: { address: 'eve@example.test' } };
  assert.equal(code(() => anna.seal(elsewhere, message, toNobody(anna), now)), 'wrong-sender');
  assert.equal(code(() => anna.seal({ ...letter([]), to: [{ address: 'nobody' }] }, message, toNobody(anna), now)), 'malformed');
});

test('files that are wrong have their codes', () => {
  const { sealed, file } = sealFile();
  const open = (source, named = file) => drain(new vault.FileOpener(readFrom(source), source.length, named));
  assert.equal(code(() => open(sealed.subarray(0, 50_000))), 'truncated');
  assert.equal(code(() => open(sealed, { ...file, size: 5 })), 'wrong-file');
  assert.equal(code(() => open(sealed, { ...file, sha256: '00'.repeat(32) })), 'wrong-file');
  const gone = () => {
    throw new Error('the disk was pulled out');
  };
  const sealer = new vault.FileSealer(gone, 10, 'x', 'text/plain');
  assert.equal(code(() => sealer.next()), 'unreadable');
  const unfinished = new vault.FileSealer(readFrom(content), content.length, 'x', 'text/plain');
  assert.equal(code(() => unfinished.finish()), 'truncated');
});

test('an exported message is a mail', () => {
  const mail = vault.exportEml(message, bytes(vectors.keyPackets[1].packet), bytes(vectors.body));
  assert.match(mail, /^Message-ID: <[0-9a-f-]{36}@restante\.invalid>\r\nSubject: \[\.\.\.\]\r\n/);
  assert.match(mail, /-----BEGIN PGP MESSAGE-----/);
});

test('a password is chosen and proved under nothing that a client does not take', () => {
  const weak = { ...setup, stretching: { memory_kib: 19 * 1024, passes: 2 } };
  const asked = vault.startSignIn(vectors.password);
  assert.equal(code(() => asked.finish(bytes(vectors.credentialResponse), weak, setup.origin)), 'weak-stretching');
  const elsewhere = vault.startSignIn(vectors.password);
  const evil = 'https://post.evil.example';
  assert.equal(code(() => elsewhere.finish(bytes(vectors.credentialResponse), setup, evil)), 'other-origin');
});

test('a password is chosen only where the other module says that it is not tried first', () => {
  assert.equal(vault.passwordRule('password1234', [], guessing), 'password-common');
  assert.equal(vault.passwordRule('Brzkvornagyi1990', ['Anna Brzkvornagyi'], guessing), 'password-personal');
  assert.equal(vault.passwordRule(vectors.password, [], guessing), undefined);
  assert.equal(code(() => vault.startRegistration('short', [], guessing)), 'password-too-short');
  assert.equal(code(() => vault.startRegistration('password1234', [], guessing)), 'password-common');
  for (const silent of [undefined, null, 0, 'no']) {
    const asked = { isGuessedEarly: () => silent };
    assert.equal(code(() => vault.startRegistration(vectors.password, [], asked)), 'password-common');
  }
  const broken = { isGuessedEarly: () => { throw new RangeError('unreachable'); } };
  assert.throws(() => vault.startRegistration(vectors.password, [], broken), RangeError);
  assert.throws(() => vault.passwordRule(vectors.password, [], broken), RangeError);
  assert.throws(() => vault.startRegistration(vectors.password, []), TypeError);
});
