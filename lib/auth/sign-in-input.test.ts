import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { browserName } from './browser-name'
import { signCommands } from './sign-command'
import { signatureInput } from './signature-input'

const ARMORED = '-----BEGIN PGP SIGNATURE-----\r\n\r\nwsBz\r\n-----END PGP SIGNATURE-----\r\n'

describe('the signature that was given', () => {
  it('is the pasted text when there is one', async () => {
    expect(await signatureInput(ARMORED, new Blob(['other']))).toBe(ARMORED)
    expect(await signatureInput(ARMORED, null)).toBe(ARMORED)
  })

  it('is the file otherwise, armored or binary', async () => {
    expect(await signatureInput(' \n', new Blob([ARMORED]))).toBe(ARMORED)
    const bytes = new Uint8Array([0xc2, 0xc0, 0x73, 0x00, 0xff])
    expect(await signatureInput('', new Blob([bytes]))).toEqual(bytes)
  })

  it('is read as a shell wrote it, in UTF-16', async () => {
    const little = Buffer.from(`\ufeff${ARMORED}`, 'utf16le')
    expect(await signatureInput('', new Blob([little]))).toBe(ARMORED)
    expect(await signatureInput('', new Blob([Buffer.from(little).swap16()]))).toBe(ARMORED)
  })

  it('is none when nothing was given', async () => {
    for (const [pasted, file] of [
      [null, null],
      ['  ', new Blob([])],
      [undefined, 'a name'],
    ])
      expect(await signatureInput(pasted, file)).toBeNull()
  })
})

describe('the commands', () => {
  const text = `MIG dashboard sign-in 1; origin=http://it's.example; nonce=$(id)\`id\`"\\n; expires=%s`

  it('hand the text to gpg as it is', () => {
    const { shell } = signCommands(text)
    expect(shell).toMatch(/ \| gpg --armor --detach-sign$/)
    expect(execFileSync('sh', ['-c', shell.replace(/ \| gpg .*$/, '')], { encoding: 'utf8' })).toBe(text)
  })

  it('double the quotes for PowerShell', () => {
    expect(signCommands("it's").powerShell).toBe("'it''s' | gpg --armor --detach-sign")
  })
})

describe('a browser in short', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0', 'Firefox 141 on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
      'Edge 140 on Windows',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.7390.37 Safari/537.36',
      'Chrome 141 on Linux',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari 18 on iOS',
    ],
    ['curl/8.5.0', null],
    ['', null],
  ])('%s', (userAgent, name) => expect(browserName(userAgent)).toBe(name))
})
