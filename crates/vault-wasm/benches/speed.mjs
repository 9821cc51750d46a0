// How fast the modules are: node crates/vault-wasm/benches/speed.mjs [folder of the modules]
// Prints milliseconds as JSON; the fastest of several runs, since everything else on the machine only adds.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv[2] ?? new URL('../../../web/src/vault/module', import.meta.url).pathname);
const vault = await import(pathToFileURL(`${folder}/vault_wasm.js`));
const guessing = await import(pathToFileURL(`${folder}/guessing.js`));
const binaries = {
  vault: await readFile(`${folder}/vault_wasm_bg.wasm`),
  guessing: await readFile(`${folder}/guessing_bg.wasm`),
};

function fastest(runs, work) {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return Number(best.toFixed(2));
}

async function loaded(module, binary) {
  const start = performance.now();
  await module.default({ module_or_path: binary });
  return Number((performance.now() - start).toFixed(1));
}

const load = await loaded(vault, binaries.vault);
const loadGuessing = await loaded(guessing, binaries.guessing);

const now = 1_764_000_000_000;
const message = '0199ad0e-1f7a-7000-8000-000000000001';
const response = registrationResponse();
const id = '0199ad0e-1f7a-7000-8000-00000000000a';
const setup = { origin: 'https://portal.test', number: 1, stretching: { memory_kib: 64 << 10, passes: 3 } };
const password = 'seven quiet herons';
const known = ['anna@example.test', 'Anna', 'Example'];
const account = (address) =>
  vault.startRegistration(password, known, guessing).finish(response, setup, setup.origin, id, address, now);

// Any two points of the group make an answer that a registration can be finished with: the basepoint, twice.
function registrationResponse() {
  const basepoint = 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76';
  return Uint8Array.from(Buffer.from(basepoint + basepoint, 'hex'));
}

const firstLook = fastest(1, () => vault.passwordRule(password, known, guessing));
const register = fastest(5, () => account('ben@example.test'));
const anna = account('anna@example.test');
const letter = {
  from: { name: 'Anna', address: 'anna@example.test' },
  to: [{ address: 'ben@example.test' }],
  cc: [],
  subject: 'Speed',
  text: 'x'.repeat(2000),
  files: [],
};
const readers = anna.vault.checkReaders(id, [], [], undefined);
const seal = () => anna.vault.seal(letter, message, readers, now);
const sealed = seal();
const { packet } = sealed.keyPackets[0];
const { certificate } = anna;
const file = new Uint8Array(10 * 1024 * 1024);
const readFrom = (bytes) => (offset, length) => bytes.subarray(offset, offset + length);

function drain(source) {
  const chunks = [];
  for (let chunk = source.next(); chunk; chunk = source.next()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

let sealedFile, named;
console.log(
  JSON.stringify({
    load,
    'load guessing': loadGuessing,
    'first look at a password': firstLook,
    'look at a password': fastest(30, () => vault.passwordRule(password, known, guessing)),
    register,
    'seal 2 kB': fastest(30, seal),
    'open cover': fastest(30, () => anna.vault.openCover(message, packet, sealed.cover, certificate, Date.now())),
    'open 2 kB': fastest(30, () => anna.vault.openBody(message, packet, sealed.body, certificate, Date.now())),
    'read certificate': fastest(30, () => vault.readCertificate(certificate)),
    'seal 10 MB': fastest(3, () => {
      const sealer = new vault.FileSealer(readFrom(file), file.length, 'zeros', 'application/octet-stream');
      sealedFile = drain(sealer);
      named = sealer.finish();
    }),
    'open 10 MB': fastest(3, () => drain(new vault.FileOpener(readFrom(sealedFile), sealedFile.length, named))),
  }),
);
