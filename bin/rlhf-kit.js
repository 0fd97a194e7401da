#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const program = join(__dirname, '..', 'dist', 'lib', 'cli', 'main.js');
if (existsSync(program)) require(program).main(process.argv.slice(2));
else {
  process.stderr.write('rlhf-kit: this checkout is not built yet; run: npm run build\n');
  process.exitCode = 2;
}
