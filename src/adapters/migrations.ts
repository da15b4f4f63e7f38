// Brings the schema up to date. The steps are plain SQL files in the package's `migrations/`, run in the order of their names by
// MikroORM's migrator, each once. src/adapters and dist/adapters stand at the same depth, so one address serves both.

import { readdirSync, readFileSync } from 'node:fs'
import { Migration } from '@mikro-orm/migrations'

const folder = new URL('../../migrations/', import.meta.url)

type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration

/** For the option `migrations.migrationsList`. */
export function migrationsList(): { name: string; class: MigrationClass }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.sql'.length),
      class: migrationOf(readFileSync(new URL(file, folder), 'utf8'))
    }))
}

function migrationOf(sql: string): MigrationClass {
  return class extends Migration {
    override up(): void {
      for (const statement of statementsOf(sql)) this.addSql(statement)
    }
  }
}

/** PGlite takes one statement at a time. */
function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
