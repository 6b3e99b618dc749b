import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQueueloc } from './queueloc'

describe('parseQueueloc', () => {
  const uid2019 = 'k3vd5tpgk1h1vi1'.repeat(7)

  test.each([
    ['linux.web1.dc1.example.net.585qnpl2br200', 'linux', 'web1.dc1.example.net', '585qnpl2br200'],
    ['windows.DESKTOP-7.585qnpl2br200', 'windows', 'DESKTOP-7', '585qnpl2br200'],
    [`darwin.${uid2019}`, 'darwin', null, uid2019],
    ['linux..585qnpl2br200', 'linux', null, '585qnpl2br200'],
    ['puppet3.private.dc1.example.net', null, 'puppet3.private.dc1.example.net', null],
    ['web1', null, 'web1', null],
    ['linux', null, 'linux', null],
    ['linux.', 'linux', null, null],
    ['.linux', null, '.linux', null],
    ['', null, null, null],
    ['constructor.a.b', null, 'constructor.a.b', null],
  ])('%s', (text, os, host, uid) => {
    expect(parseQueueloc(text)).toEqual({ os, host, uid })
  })

  test('gives back what an agent put together', () => {
    const label = fc.stringMatching(/^[a-zA-Z0-9-]{1,20}$/)
    const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
    const uid = fc.stringMatching(/^[0-9a-v]{13}$/)
    fc.assert(
      fc.property(fc.constantFrom('linux', 'darwin', 'windows'), host, uid, (os, name, id) => {
        expect(parseQueueloc(`${os}.${name}.${id}`)).toEqual({ os, host: name, uid: id })
        expect(parseQueueloc(`${os}.${id}`)).toEqual({ os, host: null, uid: id })
      }),
    )
  })

  test('loses nothing of any string, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { os, host, uid } = parseQueueloc(text)
        if (os === null) expect(host ?? '').toBe(text)
        else expect(text.startsWith(`${os}.`) && text.endsWith(uid ?? '')).toBe(true)
      }),
    )
  })
})
