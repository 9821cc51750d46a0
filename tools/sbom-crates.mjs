// From `cargo metadata` on standard input to CycloneDX 1.5: the crates that a package is built from, build scripts and
// procedural macros included, what only tests need left out.
import { readFileSync } from 'node:fs';

const [name] = process.argv.slice(2);
const metadata = JSON.parse(readFileSync(0, 'utf8'));
const packages = new Map(metadata.packages.map((each) => [each.id, each]));
const nodes = new Map(metadata.resolve.nodes.map((each) => [each.id, each]));
const root = metadata.packages.find((each) => each.name === name && metadata.workspace_members.includes(each.id));
if (!root) throw new Error(`${name} is no package of this workspace`);

/** What a crate is built with. */
function needed(id) {
  const isBuilt = ({ dep_kinds }) => dep_kinds.some(({ kind }) => kind !== 'dev');
  return nodes.get(id).deps.filter(isBuilt).map((each) => each.pkg);
}

const found = new Set([root.id]);
for (const id of found) for (const each of needed(id)) found.add(each);

const purl = ({ name, version }) => `pkg:cargo/${name}@${version}`;

function component({ name, version, license, source, checksum }, type) {
  return {
    type,
    name,
    version,
    'bom-ref': purl({ name, version }),
    purl: purl({ name, version }),
    ...(license && { licenses: [{ expression: license.replaceAll('/', ' OR ') }] }),
    ...(source && { properties: [{ name: 'cargo:source', value: source }] }),
    ...(checksum && { hashes: [{ alg: 'SHA-256', content: checksum }] }),
  };
}

// The lock has the hash of each crate that came from a registry, which metadata leaves out.
const lock = readFileSync('Cargo.lock', 'utf8').split('[[package]]').slice(1);
const checksums = new Map(
  lock.map((entry) => {
    const field = (key) => new RegExp(`^${key} = "(.*)"$`, 'm').exec(entry)?.[1];
    return [`${field('name')}@${field('version')}`, field('checksum')];
  }),
);
const all = [...found].map((id) => packages.get(id)).sort((a, b) => (purl(a) < purl(b) ? -1 : 1));
const withChecksum = (each) => ({ ...each, checksum: checksums.get(`${each.name}@${each.version}`) });

const bom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: component(root, 'application') },
  components: all.filter((each) => each !== root).map((each) => component(withChecksum(each), 'library')),
  dependencies: all.map((each) => ({
    ref: purl(each),
    dependsOn: needed(each.id).map((id) => purl(packages.get(id))).sort(),
  })),
};
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);
