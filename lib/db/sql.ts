// Prisma's own template tag: values become parameters, fragments nest. The result goes to `pool().query` and to Prisma alike.
export { empty, join, raw, Sql, sqltag as sql } from '@prisma/client/runtime/client'
