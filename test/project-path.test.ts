import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectPath } from '../lib/project-path';

describe('projectPath', () => {
  const here = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-project-'));
    mkdirSync(join(folder, 'runs', 'lab'), { recursive: true });
  });
  afterEach(() => {
    process.chdir(here);
    rmSync(folder, { recursive: true });
  });
  const from = (...parts: string[]): string => {
    process.chdir(join(folder, ...parts));
    return projectPath('runs', 'notebooks');
  };

  it('is from the nearest folder with a package.json', () => {
    writeFileSync(join(folder, 'package.json'), '{}');
    expect(from()).toBe(join('runs', 'notebooks'));
    expect(from('runs')).toBe(join('..', 'runs', 'notebooks'));
    expect(from('runs', 'lab')).toBe(join('..', '..', 'runs', 'notebooks'));
  });

  it('is from here when there is none', () => {
    expect(from('runs', 'lab')).toBe(join('runs', 'notebooks'));
  });
});
