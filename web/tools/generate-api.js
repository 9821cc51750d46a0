// Writes src/api/schema.d.ts from the OpenAPI document that the portal's tests keep in src/api/openapi.json. With --check
// it writes nothing and fails where that would change the file.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../src/api/openapi.json', import.meta.url);
const target = new URL('../src/api/schema.d.ts', import.meta.url);

const document = JSON.parse(await readFile(source, 'utf8'));
// Calls are made by path. Without operation ids the types of each stand at its path, and none has to be unique.
for (const operations of Object.values(document.paths)) {
  for (const operation of Object.values(operations)) delete operation.operationId;
}
const generated =
  '// Generated from openapi.json by `npm run api`. Do not edit.\n\n' +
  astToString(await openapiTS(document, { alphabetize: true }));

// An unchanged file keeps its time, so that a watching compiler stays quiet.
const before = await readFile(target, 'utf8').catch(() => '');
if (before !== generated) {
  if (process.argv.includes('--check')) {
    process.stderr.write('src/api/schema.d.ts is not what openapi.json makes. Run `npm run api`.\n');
    process.exitCode = 1;
  } else await writeFile(target, generated);
}
