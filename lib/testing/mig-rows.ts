import { run, type TestVintage } from '@/lib/testing/database'

/** A few rows for each of MIG's eight tables in the given layout, with the odd values that MIG really stores. */
export async function insertMigRows(ownerUrl: string, vintage: TestVintage): Promise<void> {
  const later = vintage === '2019'
  const text = (armored: string) => (vintage === 'data-rst' ? `'${armored}'` : `convert_to('${armored}', 'UTF8')`)
  await run(
    ownerUrl,
    `
    INSERT INTO public.actions (id, name, target, operations, validfrom, expireafter, finishtime, status, pgpsignatures${later ? '' : ', sentctr'})
    VALUES (6059408362783470592.00000000000000000, 'one', 'os=''linux''', '[{"module": "file"}]', '2014-09-15', '2014-09-16', '9998-01-11', 'init', '["sig"]'${later ? '' : ', 0'}),
      (6059408362783471616, 'two', '', 'null', '-infinity', 'infinity', '0001-01-01', 'completed', '[]'${later ? '' : ', NULL'});
    INSERT INTO public.agents (id, name, queueloc, ${later ? 'mode, refreshtime' : 'os'}, version, pid, starttime, heartbeattime, status, environment, tags)
    VALUES (1, 'a', 'linux.a.k2', ${later ? `'daemon', now()` : `'linux'`}, '201409151700', 10, '2014-09-15', '2014-09-15', 'online', '{"os": "linux"}', NULL),
      (2, 'b', 'windows.b.k3', ${later ? `'', now()` : `'windows'`}, '201409151700', 11, '2014-09-15', '2014-09-15', 'upgraded', '{"os": "x\\u0000"}', 'null');
    INSERT INTO public.commands (id, actionid, agentid, status, results, starttime)
    VALUES (100, 6059408362783470592, 1, 'sent', 'null', '2014-09-15'), (101, 6059408362783471616, 2, 'done', '[null]', '2014-09-15');
    INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later ? ', privatekey, apikey, apisalt, status, createdat, lastmodified' : ''})
    VALUES (1, 'Bob', 'E60892BB9BD89A69F759A1A0A3D652173B763E8F', ${text('-----BEGIN PGP PUBLIC KEY BLOCK-----')}${later ? `, 'secret', 'secret', 'secret', 'active', now(), now()` : ''});
    INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default');
    INSERT INTO public.signatures VALUES (6059408362783470592, 1.00000000000000000, 'sig');
    INSERT INTO public.agtmodreq VALUES (1, 1, 2);
    INSERT INTO public.invagtmodperm VALUES (1, 1, 1, 1);
    ${later ? `INSERT INTO public.loaders (loadername, keyprefix, loaderkey, salt, lastseen) VALUES ('l', 'p', 'secret', 'secret', now());` : ''}`,
  )
}

/** Every row of every table of schema public as text, with the place where it is stored, so that a rewritten row shows too. */
export async function publicRows(ownerUrl: string): Promise<string[]> {
  const tables = await run(
    ownerUrl,
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`,
  )
  const lines: string[] = []
  for (const { relname } of tables) {
    const rows = await run(
      ownerUrl,
      `SELECT t.ctid::text || ' ' || t.xmin::text || ' ' || t::text AS row FROM public.${relname} t`,
    )
    lines.push(...rows.map(({ row }) => `${relname} ${row}`))
  }
  return lines
}
